import ts from 'typescript';
import { walls } from './import-walls.js';
import type { SourceFile } from './source-files.js';
import { commentsOf, nodesOf, parse } from './syntax.js';

const MAX_LINES = 250;
const MAX_TEST_LINES = 300;
const LEFTOVER = /\b(?:TODO|FIXME|XXX|HACK)\b/;
const isTest = (path: string): boolean => path.endsWith('.test.ts');

/** What one TypeScript file has to keep to; each answers the faults that it finds. */
export const SOURCE_RULES = {
  'is short enough to be read at once': ({ path, text }: SourceFile) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > (path.startsWith('test/') ? MAX_TEST_LINES : MAX_LINES) ? [`${path} has ${lines} lines`] : [];
  },

  'leaves nothing to do': ({ path, text }: SourceFile) =>
    commentsOf(text)
      .filter((comment) => LEFTOVER.test(comment))
      .map((comment) => `${path}: ${comment}`),

  'has no code in comments': ({ path, text }: SourceFile) =>
    commentsOf(text)
      .filter(isCode)
      .map((comment) => `${path}: ${comment}`),

  'runs every test': ({ path, text }: SourceFile) =>
    isTest(path)
      ? accesses(text, /^(?:describe|context|it|specify|this)\.(?:only|skip)$/).map((at) => `${path}: ${at}`)
      : [],

  'exports by name': ({ path, text }: SourceFile) => {
    const statements: ts.Node[] = [...parse(text).statements];
    return statements.some(isDefaultExport) ? [`${path} has a default export`] : [];
  },

  'reads the environment in its one place': ({ path, text }: SourceFile) =>
    isIn(path, walls.environment) ? [] : accesses(text, /^process\.env$/).map((at) => `${path}: ${at}`),

  'makes failures from the catalogue': ({ path, text }: SourceFile) =>
    !isIn(path, walls.applicationFailure) && words(text).has('ApplicationFailure')
      ? [`${path} knows ApplicationFailure`]
      : [],
} as const;

const isIn = (path: string, places: string[]): boolean => places.some((place) => path.startsWith(place));

const words = (text: string): Set<string> =>
  new Set(
    nodesOf(parse(text))
      .filter(ts.isIdentifier)
      .map((node) => node.text),
  );

const accesses = (text: string, pattern: RegExp): string[] =>
  nodesOf(parse(text))
    .filter(ts.isPropertyAccessExpression)
    .map((node) => node.getText())
    .filter((access) => pattern.test(access));

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
    return node.exportClause.elements.some(({ name }) => name.text === 'default');
  }
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
}

/** Prose does not parse; what parses, and does more than name a thing, is code. */
function isCode(comment: string): boolean {
  if (comment.startsWith('/**')) return false;
  const text = comment.replace(/^\s*\/\/ ?|^\/\*|\*\/$/gm, '');
  if (!/[;{}]\s*$/m.test(text)) return false;
  const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics?.length === 0;
}
