import { readdirSync, readFileSync } from 'node:fs';

const LEFT_OUT = new Set(['.git', '.reelay', 'dist', 'node_modules']);

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  path: string;
  text: string;
}

/** Every hand-written file of the project whose path passes; tests run in its root. */
export function sourceFiles(isWanted: (path: string) => boolean): SourceFile[] {
  return pathsUnder('')
    .filter(isWanted)
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

export const isTypeScript = (path: string): boolean => path.endsWith('.ts');

export const isMarkdown = (path: string): boolean => path.endsWith('.md');

function pathsUnder(folder: string): string[] {
  return readdirSync(folder || '.', { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.has(name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      if (entry.isDirectory()) return pathsUnder(`${folder}${entry.name}/`);
      return entry.isFile() ? [`${folder}${entry.name}`] : [];
    });
}
