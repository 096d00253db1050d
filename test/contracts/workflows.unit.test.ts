import assert from 'node:assert/strict';
import { createTranscodeActivities } from '../../activities/index.js';
import type { TranscodeHost } from '../../activities/transcode/transcode-host.js';
import { whereAttribute } from '../../contracts/search-attributes.js';
import { isPieceActivity, PIECE_ACTIVITIES } from '../../contracts/transcode-work.js';
import { HOST_WORKFLOWS, ofWorkflow, requestIn, WORKFLOWS, type WorkflowName } from '../../contracts/workflows.js';
import * as exported from '../../workflows/index.js';

const STREAM = { tenant: 'acme', streamId: 'cam1' };
const TASK = { tenant: 'acme', taskId: 'movie' };

/** On the wire, where histories, schedules and other versions hold them: they never change. */
const ON_THE_WIRE: [name: WorkflowName, type: string, taskQueue: string, id: string, expected: string][] = [
  ['liveStream', 'liveStream', 'reelay', WORKFLOWS.liveStream.idOf(STREAM), 'stream:acme/cam1'],
  [
    'captureSegment',
    'captureSegment',
    'reelay',
    WORKFLOWS.captureSegment.idOf(STREAM, { sessionId: 's', epoch: 3 }),
    'stream:acme/cam1:s:3',
  ],
  ['captureLease', 'captureHost', 'reelay', WORKFLOWS.captureLease.idOf('h1'), 'host:h1'],
  ['transcode', 'transcode', 'reelay', WORKFLOWS.transcode.idOf(TASK), 'transcode:acme/movie'],
  [
    'deliverCallback',
    'deliverCallback',
    'reelay',
    WORKFLOWS.deliverCallback.idOf(TASK, 'run'),
    'transcode:acme/movie:run:callback',
  ],
  ['redriveDeadLetters', 'redriveDeadLetters', 'reelay', WORKFLOWS.redriveDeadLetters.idOf({}), 'redrive:all'],
  ['cleanStore', 'cleanStore', 'reelay', WORKFLOWS.cleanStore.idOf(), 'reelay-janitor'],
  ['watchPrefix', 'watchPrefix', 'reelay', WORKFLOWS.watchPrefix.idOf('uploads'), 'watch:uploads'],
];

describe('the table of workflows', () => {
  for (const [name, type, taskQueue, id, expected] of ON_THE_WIRE) {
    it(`has ${name} as ${type} on the wire`, () => assert.equal(WORKFLOWS[name].type, type));
    it(`has ${name} on the queue ${taskQueue}`, () => assert.equal(WORKFLOWS[name].taskQueue, taskQueue));
    it(`names ${name} ${expected}`, () => assert.equal(id, expected));
  }

  it('is pinned here row by row', () => {
    assert.deepEqual(
      ON_THE_WIRE.map(([name]) => name),
      Object.keys(WORKFLOWS),
    );
  });

  it('has all workflows that a worker runs, by their names on the wire', () => {
    assert.deepEqual(
      Object.values(WORKFLOWS)
        .map(({ type }) => type)
        .sort(),
      Object.keys(exported).sort(),
    );
  });

  it('finds runs by their names on the wire', () => {
    assert.equal(ofWorkflow('captureLease'), "WorkflowType = 'captureHost'");
  });

  it('says which workflow is the lease of a host that captures', () => {
    assert.equal(HOST_WORKFLOWS.capture.lease, 'captureLease');
  });
});

describe('the request in the input of a workflow', () => {
  for (const name of Object.keys(WORKFLOWS) as WorkflowName[]) {
    it(`of ${name} has none of its private inputs`, () => {
      const given = Object.fromEntries(WORKFLOWS[name].privateInputs.map((input) => [input, 1]));
      assert.deepEqual(requestIn(name, { ...given, kept: 2 }), { kept: 2 });
    });
  }

  it('is empty where it had no input', () => assert.deepEqual(requestIn('transcode', undefined), {}));
});

describe('a visibility query', () => {
  for (const [name, value, expected] of [
    ['tenant', 'acme', "ReelayTenant = 'acme'"],
    ['host', "o'brien", "ReelayHost = 'o''brien'"],
  ] as const)
    it(`of ${value} is quoted`, () => assert.equal(whereAttribute(name, value), expected));
});

describe('the activities that make pieces', () => {
  it('are all that a transcode worker runs', () => {
    const run = Object.keys(createTranscodeActivities({} as TranscodeHost));
    assert.deepEqual(Object.values<string>(PIECE_ACTIVITIES).sort(), run.sort());
  });

  for (const other of ['publishManifest', 'recordTaskLetter', 'removeTraces', 'sendCallback', ''])
    it(`are not ${other || 'without a name'}`, () => assert.equal(isPieceActivity(other), false));
});
