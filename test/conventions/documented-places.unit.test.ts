import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { isMarkdown, sourceFiles } from './source-files.js';

const PLACE = /`((?:[a-z][a-z0-9-]*\/)+(?:[a-zA-Z0-9.-]+\.[a-z]+)?)`/g;
const CHANGES = '## To change something';
const LEAST_CHANGES = 20;
const MEDIAN_PLACES = 4;

const placesIn = (text: string): string[] => [...text.matchAll(PLACE)].map(([, place = '']) => place);

/** A place is one of the tree; a name in angle brackets, which is no place, stands for a file that is to be made. */
const missing = (text: string): string[] => placesIn(text).filter((place) => !existsSync(place));

/** The rows of a table, without its head. */
const rowsOf = (markdown: string): string[][] =>
  [...markdown.matchAll(/^\| *(.*?) *\|$/gm)]
    .slice(2)
    .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()));

describe('the architecture', () => {
  const text = readFileSync('docs/architecture.md', 'utf8');
  const changes = rowsOf(text.slice(text.indexOf(CHANGES)));

  it('names no place that is not there', () => {
    assert.deepEqual(missing(text), []);
  });

  it(`says where to go for at least ${LEAST_CHANGES} changes`, () => {
    assert.ok(changes.length >= LEAST_CHANGES, `${changes.length}`);
  });

  for (const [change = '', places = '', opened = ''] of changes) {
    it(`counts the files to open for ${change}`, () => {
      const counted = placesIn(places).length + [...places.matchAll(/`[^`]*<[^`]*`/g)].length;
      assert.equal(Number(opened), counted);
    });
  }

  it(`needs ${MEDIAN_PLACES} files at most for the median change`, () => {
    const counts = changes.map(([, , opened]) => Number(opened)).sort((a, b) => a - b);
    assert.ok(counts[Math.floor(counts.length / 2)]! <= MEDIAN_PLACES);
  });
});

describe('the other documents', () => {
  for (const { path, text } of sourceFiles((path) => isMarkdown(path) && path.startsWith('docs/'))) {
    it(`name no place that is not there: ${path}`, () => {
      const own = placesIn(text).filter((place) => existsSync(place.split('/')[0] ?? ''));
      assert.deepEqual(
        own.filter((place) => !existsSync(place)),
        [],
      );
    });
  }
});
