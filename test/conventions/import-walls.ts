import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { SourceFile } from './source-files.js';
import { importsOf, type Import } from './syntax.js';

interface Wall {
  may: string[] | 'everything';
  typesOf?: string[];
  onlyPackages?: string[];
  notPackages?: string[];
  /** Folders inside it, and which of each other they import; `.` are the files beside them, which import all unless it says otherwise. */
  rooms?: Record<string, string[]>;
}

interface Walls {
  folders: Record<string, Wall>;
  /** Files that import nothing. */
  alone: string[];
  /** Packages that only files under these paths use. */
  packages: Record<string, string[]>;
  /** Paths that read `process.env`. */
  environment: string[];
  /** Paths that know `ApplicationFailure`. */
  applicationFailure: string[];
}

/** The same table that the linter reads: who may import what. */
export const walls = JSON.parse(readFileSync('test/conventions/walls.json', 'utf8')) as Walls;

export function wallFaults({ path, text }: SourceFile): string[] {
  const folder = folderOf(path);
  const wall = walls.folders[folder];
  if (!wall) return [`${path}: ${folder}/ has no entry in test/conventions/walls.json`];
  return importsOf(text)
    .filter((each) => !isAllowed(path, each, wall))
    .map(({ specifier }) => `${path} may not import ${specifier}`);
}

function isAllowed(path: string, { specifier, isTypeOnly }: Import, wall: Wall): boolean {
  if (walls.alone.includes(path)) return false;
  if (!specifier.startsWith('.')) return isPackageAllowed(path, specifier, wall);
  const file = join(dirname(path), specifier);
  const target = folderOf(file);
  if (target === folderOf(path)) return isOpen(wall, { from: roomOf(path), to: roomOf(file) });
  if (wall.may === 'everything' || wall.may.includes(target)) return true;
  return isTypeOnly && (wall.typesOf ?? []).includes(target);
}

function isPackageAllowed(path: string, specifier: string, { onlyPackages, notPackages = [] }: Wall): boolean {
  const isPart = (name: string): boolean => specifier === name || specifier.startsWith(`${name}/`);
  const owners = Object.entries(walls.packages).find(([name]) => isPart(name))?.[1];
  if (owners && !owners.some((owner) => path.startsWith(owner))) return false;
  return !notPackages.some(isPart) && (onlyPackages?.some(isPart) ?? true);
}

const isOpen = ({ rooms }: Wall, { from, to }: { from: string; to: string }): boolean =>
  !rooms || from === to || (rooms[from]?.includes(to) ?? from === BESIDE);

/** A file of the folder itself, beside its rooms. */
const BESIDE = '.';

const roomOf = (path: string): string => path.split('/').slice(1, -1)[0] ?? BESIDE;

const folderOf = (path: string): string => path.split('/')[0] ?? path;
