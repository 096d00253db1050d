import { randomBytes, createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Frame } from '../activities/frames/frame.js';
import { openCemetery } from '../activities/dead-letters/open-cemetery.js';
import type { Delivery } from '../activities/delivery/deliver-frames.js';
import { logDeliveryNews } from '../activities/delivery/delivery-news.js';
import { openDelivery } from '../activities/delivery/open-delivery.js';
import { kafkaEventSink } from '../adapters/event-log/kafka-sink.js';
import { s3ObjectStore } from '../adapters/object-store/s3.js';
import { frameKey } from '../contracts/keys.js';
import { FULL, JPEG } from '../contracts/picture.js';
import { startKafka } from '../dev/kafka.js';
import { startS3 } from '../dev/s3.js';

/*
 * How fast a backlog is delivered after an outage, against the rate at which frames come, and what it costs in memory:
 *
 *   npm run build && node --expose-gc dist/bench/backlog.js --outage 180 --target store
 *
 * A real S3 server and Kafka on this machine; one of them is frozen for the outage, which is a peer that accepts and
 * never answers.
 */
const { values } = parseArgs({
  options: {
    outage: { type: 'string', default: '60' },
    target: { type: 'string', default: 'store' },
    streams: { type: 'string', default: '8' },
    fps: { type: 'string', default: '4' },
    bytes: { type: 'string', default: '40000' },
  },
});
const [outageMs, streams, fps, sizeBytes] = [
  Number(values.outage) * 1000,
  ...[values.streams, values.fps, values.bytes].map(Number),
] as [number, number, number, number];
const WARM_UP_MS = 10_000;
const SAMPLE_MS = 100;
/** A look at the heap collects garbage first, which takes time of its own. */
const LOOK_EVERY_MS = 2000;

const home = mkdtempSync(join(tmpdir(), 'reelay-bench-'));
const [s3, kafka] = await Promise.all([startS3({ home }), startKafka({ home })]);
try {
  await measure();
} finally {
  await Promise.all([s3.stop(), kafka.stop()]);
  await rm(home, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const closing = new AbortController();
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = s3;
  const store = s3ObjectStore({ endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } });
  const sink = kafkaEventSink({ brokers: kafka.brokers });
  const opened = await openDelivery({
    folder: join(home, 'spool'),
    maxBytes: 2 ** 30,
    store,
    events: sink,
    openCemetery: (ground) => openCemetery(ground, { host: 'bench' }),
    concurrency: 16,
    maxAgeMs: 3_600_000,
    news: logDeliveryNews(pino({ level: 'silent' })),
    closing: closing.signal,
  });
  const source = startSource(opened.delivery);
  await sleep(WARM_UP_MS);
  const live = { ...source.counts, ...memory() };
  const pid = (values.target === 'store' ? s3 : kafka).pid!;
  process.kill(pid, 'SIGSTOP');
  await sleep(outageMs);
  const atEnd = { ...source.counts, ...memory() };
  process.kill(pid, 'SIGCONT');
  const drain = await watchDrain(source.counts);
  source.stop();
  await source.settled();
  report({ live, atEnd, drain, counts: source.counts, after: memory() });
  closing.abort();
  await opened.close();
  await Promise.all([store.close(), sink.close()]);
}

type Counts = Record<'offered' | 'stored' | 'shed' | 'dead-lettered', number>;

/** Frames of several streams, each at its own rate, as captures would give them. */
function startSource(delivery: Delivery) {
  const counts: Counts = { offered: 0, stored: 0, shed: 0, 'dead-lettered': 0 };
  const pending = new Set<Promise<void>>();
  const offer = (stream: number): void => {
    const image = randomBytes(sizeBytes);
    counts.offered += 1;
    const delivered = delivery
      .deliver(frameOf(stream, image), { images: [image], onAttempt: () => undefined })
      .then((outcome) => {
        counts[outcome] += 1;
        pending.delete(delivered);
      });
    pending.add(delivered);
  };
  const timers = Array.from({ length: streams }, (_, stream) => setInterval(() => offer(stream), 1000 / fps));
  return {
    counts,
    stop: () => timers.forEach(clearInterval),
    settled: () => Promise.all(pending),
  };
}

function frameOf(stream: number, image: Buffer): Frame {
  const session = { tenant: 'bench', streamId: `cam-${stream}`, sessionId: '20261120T000000-abcdef' };
  const slotMs = Date.now();
  const sha256 = createHash('sha256').update(image).digest('hex');
  const shape = { contentType: JPEG, width: 1280, height: 720, sizeBytes: image.length };
  const images = [{ key: frameKey(session, { slotMs }), ...shape, sha256 }];
  return { session, slotMs, everyMs: 1000 / fps, epoch: 1, capturedAtMs: slotMs, ptsMs: 0, mode: FULL, images };
}

/** Until no more wait than are under way at the live rate. */
async function watchDrain(counts: Counts) {
  const startedAtMs = performance.now();
  const storedBefore = counts.stored;
  let noticedMs = 0;
  let peak = memory();
  let lookedMs = startedAtMs;
  while (counts.offered - counts.stored - counts.shed > streams * 2) {
    await sleep(SAMPLE_MS);
    if (noticedMs === 0 && counts.stored > storedBefore) noticedMs = performance.now() - startedAtMs;
    if (performance.now() - lookedMs < LOOK_EVERY_MS) continue;
    lookedMs = performance.now();
    const now = memory();
    peak = { heapMb: Math.max(peak.heapMb, now.heapMb), rssMb: Math.max(peak.rssMb, now.rssMb) };
  }
  const tookMs = performance.now() - startedAtMs;
  return { noticedMs, tookMs, storedPerS: ((counts.stored - storedBefore) * 1000) / (tookMs - noticedMs), peak };
}

function memory(): { heapMb: number; rssMb: number } {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMb: Math.round((heapUsed + external) / 1e5) / 10, rssMb: Math.round(rss / 1e6) };
}

interface Measured {
  live: Counts & ReturnType<typeof memory>;
  atEnd: Counts & ReturnType<typeof memory>;
  drain: Awaited<ReturnType<typeof watchDrain>>;
  counts: Counts;
  after: ReturnType<typeof memory>;
}

function report({ live, atEnd, drain, counts, after }: Measured): void {
  const liveRate = streams * fps;
  const rows = {
    outage: `${outageMs / 1000} s of ${values.target}`,
    'live rate': `${liveRate} frames/s of ${sizeBytes} bytes`,
    'waiting at its end': atEnd.offered - atEnd.stored,
    'recovery noticed after': `${Math.round(drain.noticedMs)} ms`,
    'drained in': `${(drain.tookMs / 1000).toFixed(1)} s`,
    'stored meanwhile': `${drain.storedPerS.toFixed(0)} frames/s, ${(drain.storedPerS / liveRate).toFixed(1)} times the live rate`,
    'heap and buffers': `${live.heapMb} MB before, ${atEnd.heapMb} at the end of the outage, ${drain.peak.heapMb} at most while draining, ${after.heapMb} after`,
    'resident set': `${live.rssMb} MB before, ${atEnd.rssMb} at the end of the outage, ${drain.peak.rssMb} at most while draining`,
    outcome: JSON.stringify(counts),
  };
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(24)}${value}\n`);
}
