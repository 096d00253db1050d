import assert from 'node:assert/strict';
import {
  frameEvent,
  frameEventSchema,
  gapEvent,
  gapEventSchema,
  streamEvent,
  streamEventSchema,
  type FrameEvent,
  type GapEvent,
  type StreamEvent,
} from '../../contracts/events.js';
import { GAP_REASONS } from '../../contracts/ledger.js';

const session = { tenant: 'acme', streamId: 'cam1', sessionId: '20261120T101112-abc', epoch: 2 };
const image = { url: 's3://b/k.jpg', sizeBytes: 40_000, width: 1280, height: 720, sha256: 'a'.repeat(64) };
const frame: FrameEvent = {
  ...session,
  ...image,
  slotMs: 1_763_633_472_000,
  everyMs: 1000,
  capturedAtMs: 1_763_633_472_033,
  ptsMs: 512,
  variants: [{ ...image, width: 640, height: 360 }],
  attempt: 1,
  mode: 'keyframe',
  late: false,
};
const gap: GapEvent = {
  ...session,
  fromSlotMs: 1000,
  toSlotMs: 3000,
  everyMs: 1000,
  count: 3,
  reason: 'source-offline',
};
const change: StreamEvent = { ...session, atMs: 1_763_633_472_000, everyMs: 1000 };

describe('a frame event', () => {
  it('is told by stream, session and slot, never by the attempt', () => {
    const event = frameEvent(frame);
    assert.equal(event.id, 'cam1/20261120T101112-abc/1763633472000');
    assert.equal(frameEvent({ ...frame, attempt: 7, epoch: 9, late: true }).id, event.id);
    assert.notEqual(frameEvent({ ...frame, slotMs: frame.slotMs + 1000 }).id, event.id);
  });

  it('carries the attributes of a CloudEvent', () => {
    const { source, type, subject, time } = frameEvent(frame);
    assert.deepEqual(
      { source, type, subject, time },
      {
        source: '/reelay/acme',
        type: 'dev.reelay.frame.captured.v1',
        subject: 'cam1',
        time: '2025-11-20T10:11:12.033Z',
      },
    );
  });
});

describe('a gap event', () => {
  it('is told by its first slot and cannot be taken for a frame', () => {
    assert.equal(gapEvent(gap).id, 'cam1/20261120T101112-abc/gap/1000');
    assert.equal(gapEvent(gap).type, 'dev.reelay.gap.recorded.v1');
  });

  it('knows every reason of the ledger and no other', () => {
    for (const reason of GAP_REASONS) assert.ok(gapEventSchema.safeParse({ ...gap, reason }).success);
    assert.ok(!gapEventSchema.safeParse({ ...gap, reason: 'bad-luck' }).success);
  });
});

describe('a stream event', () => {
  it('happens once a session as started and ended, and is counted as interrupted and resumed', () => {
    const ids = (['started', 'interrupted', 'resumed', 'ended'] as const).map(
      (kind) => streamEvent(kind, { ...change, occurrence: 4 }).id,
    );
    assert.deepEqual(
      ids,
      ['started', 'interrupted/4', 'resumed/4', 'ended'].map((end) => `cam1/20261120T101112-abc/${end}`),
    );
  });

  it('keeps the count of occurrences out of its data', () => {
    assert.deepEqual(streamEvent('started', { ...change, occurrence: 0 }).data, change);
  });
});

describe('the data of an event', () => {
  const counts = { due: 10, stored: 9, gaps: 1 };
  for (const [name, schema, data] of [
    ['frame', frameEventSchema, frameEvent(frame).data],
    ['gap', gapEventSchema, gapEvent(gap).data],
    ['stream', streamEventSchema, streamEvent('ended', { ...change, reason: 'stopped', counts, occurrence: 0 }).data],
  ] as const) {
    it(`survives JSON and its own schema: ${name}`, () => {
      assert.deepEqual(schema.parse(JSON.parse(JSON.stringify(data))), data);
    });
  }

  for (const [title, change] of [
    ['a fraction of a millisecond', { slotMs: 1.5 }],
    ['a cut checksum', { sha256: 'abc' }],
    ['an unknown mode', { mode: 'magic' }],
    ['attempt zero', { attempt: 0 }],
    ['no session', { sessionId: undefined }],
  ] as const) {
    it(`is refused with ${title}`, () => assert.ok(!frameEventSchema.safeParse({ ...frame, ...change }).success));
  }
});
