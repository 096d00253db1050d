import ts from 'typescript';
import { nodesOf, parse } from './syntax.js';

/** The regular expressions that a file writes down, parts of others left out. */
export function expressionsOf(text: string): RegExp[] {
  const found: RegExp[] = [];
  for (const node of nodesOf(parse(text))) {
    if (node.kind !== ts.SyntaxKind.RegularExpressionLiteral || isPart(node)) continue;
    const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.getText()) ?? [];
    found.push(new RegExp(source, flags));
  }
  return found;
}

const isPart = ({ parent }: ts.Node): boolean => ts.isPropertyAccessExpression(parent) && parent.name.text === 'source';

const LENGTH = 8000;
/** One step for each pair of characters would take longer than this. */
const SUSPECT_MS = 4;
const RUNS = 3;
/** Twice the text takes twice the time; where each part of it is looked at again for each other part, four times. */
const WORST_RATIO = 3;

/** A text that takes more than linear time, shortened; undefined where none is found among texts that repeat a piece. */
export function slowTextFor(run: (text: string) => void, pieces: readonly string[]): string | undefined {
  for (const text of texts(pieces)) {
    if (timeOf(run, text(LENGTH)) < SUSPECT_MS) continue;
    const [once, twice] = [LENGTH, 2 * LENGTH].map((length) => leastTimeOf(run, text(length)));
    if ((twice ?? 0) / (once ?? 1) > WORST_RATIO) return JSON.stringify(text(60));
  }
  return undefined;
}

/** What an expression may dwell on: its own words and signs, and those that the common classes hold. */
export function piecesOf({ source }: RegExp): string[] {
  const plain = source.replaceAll(/\\[bBdDsSwW]|\\p\{\w+\}|\(\?<?[:=!]|\[\^/g, '|').replaceAll(/\.[*+]/g, '|');
  const phrases = plain.replaceAll('\\', '').split(/[()|*+?{}^$[\]]+/);
  const words = phrases.filter((phrase) => phrase.length > 1);
  const signs = plain.match(/[^\w\s\\|]/g) ?? [];
  return [...new Set([...words, ...signs, 'a', '0', ' ', '\t', '/', ':'])];
}

function* texts(pieces: readonly string[]): Generator<(length: number) => string> {
  for (const head of ['', ...pieces])
    for (const pump of pieces)
      for (const tail of ['\0', ' \0', '\n'])
        yield (length) => head + pump.repeat(Math.ceil(length / pump.length)) + tail;
  for (const one of pieces)
    for (const other of pieces)
      yield (length) => (one + other).repeat(Math.ceil(length / (one.length + other.length))) + '\0';
}

const leastTimeOf = (run: (text: string) => void, text: string): number =>
  Math.min(...Array.from({ length: RUNS }, () => timeOf(run, text)));

/** Of the processor, so that other work on the machine does not count. */
function timeOf(run: (text: string) => void, text: string): number {
  const before = process.cpuUsage();
  run(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
