import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type Manifest = Record<'scripts' | 'dependencies' | 'devDependencies', Record<string, string>>;

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const loosePins = (pins: Record<string, string>): string[] =>
  Object.entries(pins)
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(([name, version]) => `${name}: ${version}`);

describe('the package', () => {
  it('pins every dependency to one version', () => {
    assert.deepEqual(loosePins({ ...manifest.dependencies, ...manifest.devDependencies }), []);
  });

  it('would complain about ranges', () => {
    assert.equal(loosePins({ a: '^1.0.0', b: '~1.0.0', c: '1.x', d: 'latest', e: '>=1.0.0', f: '1.0.0' }).length, 5);
  });

  it('takes all parts of the Temporal SDK in one version', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([name]) => name.startsWith('@temporalio/'))
      .map(([, version]) => version);
    assert.equal(new Set(versions).size, 1, versions.join(', '));
  });

  it('has at most eight scripts besides those that npm calls itself', () => {
    const own = Object.keys(manifest.scripts).filter((name) => name !== 'prepare');
    assert.ok(own.length <= 8, own.join(', '));
  });
});

describe('the lock file', () => {
  type Locked = Record<string, { optionalDependencies?: Record<string, string> }>;
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Locked };

  const missingFrom = (locked: Locked): string[] =>
    Object.values(locked)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !Object.keys(locked).some((path) => path.endsWith(`node_modules/${name}`)));

  // What is missing for another platform stops `npm ci` on this one too.
  it('holds the optional parts of every platform', () => assert.deepEqual(missingFrom(packages), []));

  it('would complain about a part that is missing', () => {
    const a = { optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' } };
    assert.deepEqual(missingFrom({ 'node_modules/a': a, 'node_modules/a-linux': {} }), ['a-darwin']);
  });

  it('names no registry, so that it holds for every mirror', () => {
    assert.doesNotMatch(readFileSync('package-lock.json', 'utf8'), /"resolved": "https?:/);
  });
});

describe('the copy of protobufjs', () => {
  const require = createRequire(import.meta.url);
  const copyOf = (name: string): string => createRequire(require.resolve(name)).resolve('protobufjs');

  // With a copy for each of its packages the SDK reads no history from JSON: "type must be a Type".
  it('is one for all packages of the SDK', () => {
    const copies = ['@temporalio/common', '@temporalio/proto', '@temporalio/worker'].map(copyOf);
    assert.deepEqual(new Set(copies), new Set([require.resolve('protobufjs')]));
  });

  it('reads a history from JSON and writes the same', () => {
    const json = {
      events: [
        {
          eventId: '1',
          eventTime: '2026-11-20T10:11:12.500Z',
          eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
          workflowExecutionStartedEventAttributes: {
            workflowType: { name: 'liveStream' },
            taskQueue: { name: 'reelay', kind: 'TASK_QUEUE_KIND_NORMAL' },
          },
        },
      ],
    };
    assert.deepEqual(JSON.parse(historyToJSON(historyFromJSON(json))), json);
  });
});
