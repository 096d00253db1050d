import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isMarkdown, sourceFiles } from './source-files.js';
import { deadLinks, machinePaths } from './text-rules.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const isText = (path: string): boolean =>
  !/\.(?:jpe?g|png|gif|mp4|flv|ts\.bin|bin|gz)$|^package-lock\.json$/.test(path);

describe('every file', () => {
  it('is free of paths that only one machine has', () => {
    assert.deepEqual(sourceFiles(isText).flatMap(machinePaths), []);
  });

  it('links to what is there', () => {
    assert.deepEqual(
      sourceFiles(isMarkdown).flatMap((file) => deadLinks(file, { read })),
      [],
    );
  });
});

describe('the rule about machine paths', () => {
  const paths = (text: string): string[] => machinePaths({ path: 'x', text });

  it('finds homes of people and of root', () => {
    const home = '/home';
    for (const folder of ['/root', `${home}/ann`, '/Users/ann']) {
      assert.equal(paths(`cd ${folder}/reelay`).length, 1);
      assert.equal(paths(`"${folder}/x"`).length, 1);
    }
  });

  it('lets pass what only looks like it', () => {
    for (const text of ['~/root/x', 'app/home/page/x', '$HOME/x', 'https://h/home/a/', '/rooted/x']) {
      assert.deepEqual(paths(text), [], text);
    }
  });
});

describe('the rule about links', () => {
  const files: Record<string, string> = {
    'README.md': '',
    'docs/failures.md': '# Failures\n## What you see, and where\n```\n# no heading\n```\n',
  };
  const dead = (text: string): string[] =>
    deadLinks({ path: 'docs/x.md', text }, { exists: (path) => path in files, read: (path) => files[path] ?? '' });

  it('finds files and headings that are missing', () => {
    for (const target of ['gone.md', '../gone/', 'failures.md#gone', '#gone', 'failures.md#no-heading']) {
      const text = `[x](${target})`;
      assert.equal(
        target.startsWith('#')
          ? deadLinks({ path: 'docs/failures.md', text }, { read: () => '' }).length
          : dead(text).length,
        1,
        text,
      );
    }
  });

  it('lets pass what is there, what is elsewhere and what is code', () => {
    for (const text of [
      '[x](failures.md)',
      '[x](../README.md)',
      '[x](failures.md#what-you-see-and-where)',
      '[x](https://example.com/gone.md)',
      '`[x](gone.md)`',
      '```\n[x](gone.md)\n```',
    ]) {
      assert.deepEqual(dead(text), [], text);
    }
  });
});
