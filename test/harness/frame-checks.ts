import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { execa } from 'execa';
import type { FrameEvent } from '../../client/index.js';
import type { Told } from './live-streams.js';
import { objectAt, outsideClient } from './outside-client.js';

const isFrameEvent = new Ajv2020().compile<FrameEvent>(
  JSON.parse(readFileSync('schemas/frame-event.json', 'utf8')) as object,
);

/** Holds a frame's record against the contract: envelope, key, schema. */
export function expectContract({ key, headers, data }: Told<FrameEvent>): void {
  const { streamId, sessionId, slotMs, capturedAtMs } = data;
  assert.equal(key, streamId);
  assert.deepEqual(headers, {
    ce_specversion: '1.0',
    ce_id: `${streamId}/${sessionId}/${slotMs}`,
    ce_source: '/reelay/default',
    ce_type: 'dev.reelay.frame.captured.v1',
    ce_subject: streamId,
    ce_time: new Date(capturedAtMs).toISOString(),
    'content-type': 'application/json',
  });
  assert.ok(isFrameEvent(data), JSON.stringify(isFrameEvent.errors));
}

/** `{tenant}/frames/{streamId}/{sessionId}/{yyyy-mm-dd}/{hh}/{slotMs}[_{w}x{h}].jpg` */
export function frameKeyOf({ streamId, sessionId, slotMs }: FrameEvent, variant = ''): string {
  const [day, time = ''] = new Date(slotMs).toISOString().split('T');
  return `default/frames/${streamId}/${sessionId}/${day}/${time.slice(0, 2)}/${slotMs}${variant}.jpg`;
}

/** The object of a frame, or of a variant of it, whole and as the event says. */
export async function expectObject(frame: FrameEvent, variant?: FrameEvent['variants'][number]): Promise<Buffer> {
  const { url, sizeBytes, sha256 } = variant ?? frame;
  const { bucket } = await outsideClient();
  const key = frameKeyOf(frame, variant && `_${variant.width}x${variant.height}`);
  assert.equal(url, `s3://${bucket}/${key}`);
  const object = await objectAt(key);
  assert.ok(object, `${key} is in the bucket`);
  assert.equal(object.body.length, sizeBytes, key);
  assert.equal(createHash('sha256').update(object.body).digest('hex'), sha256, key);
  assert.equal(object.metadata['sha256'], sha256, key);
  return object.body;
}

/** Decodes pictures and answers their sizes; one that does not decode without a complaint fails. */
export async function decodedSizes(jpegs: readonly Buffer[]): Promise<string[]> {
  const { stdout, stderr } = await execa(
    'ffprobe',
    ['-v', 'error', '-f', 'jpeg_pipe', '-show_entries', 'frame=width,height', '-of', 'csv=p=0:s=x', '-i', 'pipe:0'],
    { input: Buffer.concat([...jpegs]) },
  );
  assert.equal(stderr, '');
  return stdout.split('\n').map((line) => line.replace(/x$/, ''));
}

/** One frame for each slot of each grid, with no slot left out where the grids change. */
export function expectNoSlotMissing(frames: readonly FrameEvent[]): void {
  const sorted = [...frames].sort((a, b) => a.slotMs - b.slotMs);
  sorted.forEach((frame, index) => {
    const { slotMs, everyMs } = frame;
    assert.equal(slotMs % everyMs, 0, `slot ${slotMs} is on the grid of ${everyMs} ms`);
    const before = sorted[index - 1];
    if (!before) return;
    const stepMs = slotMs - before.slotMs;
    if (before.everyMs === everyMs) assert.equal(stepMs, everyMs, `from slot ${before.slotMs} to ${slotMs}`);
    else assert.ok(stepMs > 0 && stepMs <= Math.max(everyMs, before.everyMs), `${before.slotMs} to ${slotMs}`);
  });
}
