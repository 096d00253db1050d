import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dockerfileFaults } from './dockerfile-faults.js';

const GOOD = `FROM node:24-bookworm-slim AS build
COPY package.json ./
FROM node:24-bookworm-slim
COPY --from=build /app/dist dist
USER node
ENTRYPOINT ["tini", "--", "node"]
`;
const faultsOf = (text: string): string[] => dockerfileFaults(text, (path) => path === 'package.json');

describe('Dockerfile', () => {
  it('builds from what is there into an image that does not run as root', () => {
    assert.deepEqual(dockerfileFaults(readFileSync('Dockerfile', 'utf8')), []);
  });

  for (const variable of ['REELAY_SPOOL_DIR', 'REELAY_SCRATCH_DIR'])
    it(`has ${variable} where its user may write`, () => {
      const text = readFileSync('Dockerfile', 'utf8');
      const [, writable = ''] = /install --directory --owner=node --group=node (\S+)/.exec(text) ?? [];
      const [, folder = ''] = new RegExp(`${variable}=(\\S+)`).exec(text) ?? [];
      assert.ok(folder.startsWith(`${writable}/`), `${folder} below ${writable}`);
    });

  it('gets from .dockerignore what it copies', () => {
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n').filter(Boolean);
    for (const path of [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'bin',
      'schemas',
      'contracts',
      'cli',
      'LICENSE',
    ]) {
      assert.ok(!ignored.includes(path), path);
      assert.ok(existsSync(path), path);
    }
    for (const path of ['.git', 'node_modules', 'dist']) assert.ok(ignored.includes(path), path);
  });
});

describe('the checks of the Dockerfile', () => {
  it('let a good one pass', () => assert.deepEqual(faultsOf(GOOD), []));

  const bad: [what: string, text: string][] = [
    ['a typing error', GOOD.replace('COPY p', 'CPOY p')],
    ['no fixed tag', GOOD.replace('FROM node:24-bookworm-slim AS', 'FROM node AS')],
    ['a moving tag', GOOD.replace('FROM node:24-bookworm-slim AS', 'FROM node:latest AS')],
    ['root', GOOD.replace('USER node\n', '')],
    ['no reaper', GOOD.replace('"tini", "--", ', '')],
    ['a file that is not there', GOOD.replace('COPY package.json', 'COPY gone.json')],
    ['a stage that is not there', GOOD.replace('--from=build', '--from=gone')],
    ['lists that stay', `${GOOD}RUN apt-get update && apt-get install --yes --no-install-recommends tini`],
    ['recommended packages', `${GOOD}RUN apt-get install --yes tini && rm -rf /var/lib/apt/lists/*`],
  ];
  for (const [what, text] of bad) {
    it(`find ${what}`, () => assert.equal(faultsOf(text).length, 1, JSON.stringify(faultsOf(text))));
  }
});
