import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { SourceFile } from './source-files.js';

const ROOT_OR_HOME = /(?<![\w.~/-])\/(?:root|home\/[a-z][\w-]*|Users\/[A-Za-z][\w-]*)\//g;
const LINK = /\]\(([^)\s]+)\)/g;

/** Paths of one person's machine, which nobody else has. */
export const machinePaths = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(ROOT_OR_HOME)].map(([found]) => `${path}: ${found}`);

/** Links to files or headings of this project that are not there. */
export function deadLinks(
  { path, text }: SourceFile,
  { exists = existsSync, read }: { exists?: (path: string) => boolean; read: (path: string) => string },
): string[] {
  return [...withoutCode(text).matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .filter((target) => {
      const [file = '', heading] = target.split('#');
      const linked = file === '' ? path : join(dirname(path), file);
      if (!exists(linked)) return true;
      return heading !== undefined && linked.endsWith('.md') && !headings(read(linked)).has(heading);
    })
    .map((target) => `${path}: ${target}`);
}

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Headings as they are linked to: lower case, spaces as hyphens, punctuation dropped. */
const headings = (text: string): Set<string> =>
  new Set(
    [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
