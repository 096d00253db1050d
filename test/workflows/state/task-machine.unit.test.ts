import assert from 'node:assert/strict';
import type { TranscodeManifest, TranscodeOutput } from '../../../contracts/manifest.js';
import type { Inspection } from '../../../contracts/transcode-work.js';
import { parseTranscodeRequest } from '../../../contracts/transcode.js';
import {
  announcementOf,
  nextChunk,
  nextMedia,
  nextStep,
  percentOf,
  withAnnouncement,
  withEnd,
  withInspected,
  withMakingBegun,
  withManifest,
  withPhase,
  withPieceBegun,
  withPieceFailed,
  withPieceMade,
  withPieceRepeated,
  withPlay,
  withProblem,
  withStopping,
} from '../../../workflows/state/task-machine.js';
import { newTask, type MediaPiece, type TaskMachine } from '../../../workflows/state/task-state.js';

const INSPECTION: Inspection = {
  unit: 'u1',
  outputPrefix: 'default/transcodes/t',
  durationMs: 50_000,
  warnings: ['odd'],
  decision: { kind: 'encode', reason: 'the video is vp9' },
  profile: { name: 'mp4-720p', version: 1 },
  renditions: ['360p', '720p'],
  chunks: 5,
  chunksDone: [],
  audio: 'encode',
  isAudioDone: false,
  isLadder: false,
  hasThumbnails: true,
};
const SETTINGS = parseTranscodeRequest({
  taskId: 't',
  profile: 'mp4-720p',
  input: { url: 's3://user:secret@a/b.mov' },
});
const POLICY = { redrives: 0, chunkMs: 60_000, chunksAtOnce: 4 };
const RESULT = { isReused: false, host: 'here', cpuSeconds: 2, outputs: [] };

const queued = newTask(SETTINGS, { policy: POLICY, runId: 'run', atMs: 1000 });
const inspected = (change: Partial<Inspection> = {}): TaskMachine =>
  withInspected(queued, { ...INSPECTION, ...change });
const begun = (change: Partial<Inspection> = {}): TaskMachine => withMakingBegun(inspected(change), 1500);
const assembling = (change: Partial<Inspection> = {}): TaskMachine =>
  withPhase(begun(change), { phase: 'assemble', atMs: 2000 });
const output = (file: string): TranscodeOutput => ({ file }) as unknown as TranscodeOutput;

function made(machine: TaskMachine, piece: MediaPiece, change: Partial<typeof RESULT> & object = {}): TaskMachine {
  const result = { ...RESULT, ...change };
  return withPieceMade(withPieceBegun(machine, piece), { piece, result, atMs: 3000 });
}

describe('a task', () => {
  it('begins queued', () => assert.equal(queued.state.status, 'queued'));
  it('shows its input without secrets', () => assert.ok(!queued.state.input.includes('secret')));
  it('runs once its input is inspected', () => assert.equal(inspected().state.status, 'running'));
  it('keeps the warnings of its inspection', () => assert.deepEqual(inspected().state.warnings, ['odd']));
  it('adds up the time of its phases', () => assert.deepEqual(assembling().state.phaseMs, { probe: 500, encode: 500 }));
  it('says that it is stopping', () => assert.equal(withStopping(inspected()).state.status, 'stopping'));

  it('has all of its percentage once it succeeded', () => {
    assert.equal(withEnd(assembling(), { status: 'succeeded', atMs: 9000 }).state.percent, 100);
  });

  it('has the percentage that it reached where it failed', () => {
    assert.equal(withEnd(assembling(), { status: 'failed', atMs: 9000 }).state.percent, 90);
  });

  it('knows when it ended', () => {
    assert.equal(withEnd(assembling(), { status: 'failed', atMs: 9000 }).state.endedAtMs, 9000);
  });

  for (const [title, atMs, expected] of [
    ['is played where somebody plays', 31_000, 31_000],
    ['is not played before its begin', -1, undefined],
    ['is not played nowhere', NaN, undefined],
  ] as const)
    it(title, () => assert.equal(withPlay(queued, { atMs }).playAtMs, expected));
});

describe('the next step of a task', () => {
  const published = { unit: 'u1' } as TranscodeManifest;
  const publishing = withPhase(assembling(), { phase: 'publish', atMs: 2500 });
  for (const [title, machine, expected] of [
    ['is to inspect what is queued', queued, { kind: 'inspect' }],
    ['is to make what was inspected', inspected(), { kind: 'make', inspection: INSPECTION }],
    ['is to make on while it is joined', assembling(), { kind: 'make', inspection: INSPECTION }],
    ['is none where it is published already', inspected({ published }), { kind: 'done', manifest: published }],
    ['is to publish what is made', publishing, { kind: 'publish', inspection: INSPECTION, outputs: [] }],
    ['is none once it is published', withManifest(publishing, published), { kind: 'done', manifest: published }],
  ] as const)
    it(title, () => assert.deepEqual(nextStep(machine), expected));

  it('publishes thumbnails last', () => {
    const thumbnails = made(publishing, { kind: 'thumbnails' }, { outputs: [output('t.jpg')] as never[] });
    const both = made(thumbnails, { kind: 'rendition', name: '360p' }, { outputs: [output('360p.mp4')] as never[] });
    const step = nextStep(both);
    assert.deepEqual(step.kind === 'publish' && step.outputs, [output('360p.mp4'), output('t.jpg')]);
  });
});

describe('what is made next of the media', () => {
  const whole = { decision: { kind: 'repackage', reason: 'it conforms' }, chunks: 0 } as const;
  const ladder = assembling({ isLadder: true });
  const first = made(assembling(), { kind: 'rendition', name: '360p' });
  for (const [title, machine, expected] of [
    ['is nothing before the inspection', queued, undefined],
    ['is a whole where the streams conform', begun(whole), { kind: 'piece', piece: { kind: 'whole' } }],
    ['is nothing after the whole', made(begun(whole), { kind: 'whole' }), undefined],
    ['is a bounded number of chunks, and sound', begun(), { kind: 'encode', lanes: 4, hasAudio: true }],
    ['is the chunks that are left', begun({ chunksDone: [0, 1, 3] }), { kind: 'encode', lanes: 2, hasAudio: true }],
    ['is no sound where it has none', begun({ audio: 'none' }), { kind: 'encode', lanes: 4, hasAudio: false }],
    ['is no sound where it is there', begun({ isAudioDone: true }), { kind: 'encode', lanes: 4, hasAudio: false }],
    ['is the lowest rendition first', assembling(), { kind: 'piece', piece: { kind: 'rendition', name: '360p' } }],
    ['is the next rendition then', first, { kind: 'piece', piece: { kind: 'rendition', name: '720p' } }],
    ['is nothing after the last one', made(first, { kind: 'rendition', name: '720p' }), undefined],
    ['is a ladder at once', ladder, { kind: 'piece', piece: { kind: 'ladder' } }],
    ['is nothing after the ladder', made(ladder, { kind: 'ladder' }), undefined],
  ] as const)
    it(title, () => assert.deepEqual(nextMedia(machine), expected));

  it('is still a step of encoding where all is there, so that thumbnails begin before renditions', () => {
    const all = begun({ chunksDone: [0, 1, 2, 3, 4], isAudioDone: true });
    assert.deepEqual(nextMedia(all), { kind: 'encode', lanes: 0, hasAudio: false });
  });
});

describe('the pieces of a task', () => {
  const whole = { decision: { kind: 'copy', reason: 'it conforms' } } as const;
  for (const [title, change, expected] of [
    ['are chunks, sound, renditions and thumbnails', {}, 9],
    ['have no sound where there is none', { audio: 'none' }, 8],
    ['have one joint in a ladder', { isLadder: true }, 8],
    ['have no thumbnails unless asked for', { hasThumbnails: false }, 8],
    ['are one beside the thumbnails in a whole', whole, 2],
  ] as const)
    it(title, () => assert.equal(begun(change).state.pieces.total, expected));

  it('count what an earlier run has left', () => {
    assert.deepEqual(begun({ chunksDone: [0, 2], isAudioDone: true }).state.pieces, {
      total: 9,
      done: 3,
      reused: 3,
      running: 0,
    });
  });

  it('run', () => assert.equal(withPieceBegun(begun(), { kind: 'audio' }).state.pieces.running, 1));
  it('run no longer when they failed', () => {
    assert.equal(withPieceFailed(withPieceBegun(begun(), { kind: 'audio' })).state.pieces.running, 0);
  });
  it('are counted when they are made', () => {
    assert.deepEqual(made(begun(), { kind: 'audio' }).state.pieces, { total: 9, done: 1, reused: 0, running: 0 });
  });
  it('are counted as reused where they were there', () => {
    assert.equal(made(begun(), { kind: 'audio' }, { isReused: true }).state.pieces.reused, 1);
  });
  it('add up what they cost', () => {
    assert.equal(made(made(begun(), { kind: 'audio' }), { kind: 'chunk', index: 0 }).cpuSeconds, 4);
  });
  it('warn where one was made again', () => {
    const piece: MediaPiece = { kind: 'chunk', index: 1 };
    const { warnings } = withPieceRepeated(begun(), { piece, problem: { code: 'encode-stalled' } }).state;
    assert.equal(warnings.at(-1), 'chunk 2 was made again after encode-stalled');
  });
  it('bring the encoding on by their share', () => {
    assert.equal(made(begun(), { kind: 'chunk', index: 0 }).state.percent, percentOf('encode', 1 / 5));
  });
  it('make renditions ready one by one', () => {
    const { renditions } = made(assembling(), { kind: 'rendition', name: '360p' }).state;
    assert.deepEqual(renditions, [
      { name: '360p', isReady: true },
      { name: '720p', isReady: false },
    ]);
  });
  for (const kind of ['whole', 'ladder'] as const)
    it(`make all renditions ready by a ${kind}`, () => {
      assert.ok(made(begun(), { kind }).state.renditions.every(({ isReady }) => isReady));
    });
});

describe('what a task announces', () => {
  const failed = withProblem(assembling(), { code: 'input-damaged', message: 'it is damaged', command: 'ffmpeg' });
  const told = (machine: TaskMachine, kind: 'queued' | 'failed' | 'succeeded') =>
    announcementOf(machine, { kind, atMs: 5000 });

  it('is numbered', () => {
    const once = withAnnouncement(queued, told(queued, 'queued'));
    assert.equal(told(once, 'failed').event.sequence, 2);
  });
  it('is kept in its order', () => {
    const once = withAnnouncement(queued, told(queued, 'queued'));
    const twice = withAnnouncement(once, told(once, 'failed'));
    assert.deepEqual(
      twice.announcements.map(({ kind }) => kind),
      ['queued', 'failed'],
    );
  });
  it('says how far it has told', () => {
    assert.equal(withAnnouncement(failed, told(failed, 'failed')).toldPercent, 90);
  });
  it('has the problem of a failure, without its command', () => {
    assert.deepEqual(told(failed, 'failed').event.problem, { code: 'input-damaged', message: 'it is damaged' });
  });
  it('has the manifest of a success', () => {
    const manifest = { unit: 'u1' } as TranscodeManifest;
    assert.equal(told(withManifest(assembling(), manifest), 'succeeded').event.manifest, manifest);
  });
});

describe('the percentage of a task', () => {
  for (const [phase, part, percent] of [
    ['probe', 0, 0],
    ['probe', 1, 2],
    ['encode', 0, 2],
    ['encode', 0.5, 46],
    ['encode', 7, 90],
    ['assemble', 0.5, 94],
    ['publish', 1, 100],
  ] as const)
    it(`is ${percent} with ${part} of ${phase} done`, () => {
      assert.equal(percentOf(phase, part), percent);
    });

  it('never goes back from one phase to the next', () => {
    const all = (['probe', 'encode', 'assemble', 'publish'] as const).flatMap((phase) =>
      [0, 0.3, 1].map((part) => percentOf(phase, part)),
    );
    assert.deepEqual(
      all,
      [...all].sort((a, b) => a - b),
    );
  });
});

describe('the next chunk', () => {
  for (const [title, taken, playAtMs, expected] of [
    ['is the first one where nobody plays', [], undefined, 0],
    ['is the first one that is free', [0, 1], undefined, 2],
    ['is the one that is played', [0], 31_000, 3],
    ['goes on from the one that is played', [3], 31_000, 4],
    ['comes back to what lies before it', [3, 4], 31_000, 0],
    ['is the last one where somebody plays past the end', [], 99_000, 4],
    ['is none where all are taken', [0, 1, 2, 3, 4], 31_000, undefined],
  ] as const)
    it(title, () => {
      const machine = { ...begun(), taken };
      assert.equal(nextChunk(playAtMs === undefined ? machine : { ...machine, playAtMs }), expected);
    });

  it('is none of a video without chunks', () => {
    assert.equal(nextChunk(begun({ chunks: 0, durationMs: 0 })), undefined);
  });
  it('is taken once it has begun', () => {
    assert.equal(nextChunk(withPieceBegun(begun(), { kind: 'chunk', index: 0 })), 1);
  });
});
