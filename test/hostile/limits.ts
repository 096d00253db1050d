import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../harness/eventually.js';

/** On loopback too, but outside of the networks that tests allow. */
const INSIDE = '127.0.0.2';

export interface Canary {
  /** Host and port. */
  address: string;
  port: number;
}

/** How much an input may cost; what programs take that read it is bounded by the kernel. */
const MOST_MS = 30_000;
const MOST_RSS_BYTES = 384 * 2 ** 20;
const KEPT_BYTES = 64 * 2 ** 20;
/** The engine gives buffers back a little after it has found that nobody has them. */
const KEPT_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** A server that nothing may connect to: each suite fails after the test in which something has. */
export function useCanary(): () => Canary {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  let port = 0;
  before(async () => {
    server.listen(0, INSIDE);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach('nothing has connected to the canary', () => assert.equal(connections, 0));
  after(() => server.close());
  return () => ({ address: `${INSIDE}:${port}`, port });
}

/** Runs what meets a hostile input, which may take neither long nor much of this process while it runs, nor keep it. */
export async function withinLimits<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = process.memoryUsage();
  let mostBytes = before.rss;
  const looking = setInterval(() => (mostBytes = Math.max(mostBytes, process.memoryUsage.rss())), LOOK_EVERY_MS);
  const startedMs = performance.now();
  try {
    return await work();
  } finally {
    clearInterval(looking);
    const tookMs = performance.now() - startedMs;
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
    assert.ok(tookMs < MOST_MS, `it took ${Math.round(tookMs)} ms`);
    assert.ok(mostBytes - before.rss < MOST_RSS_BYTES, `it took ${mostBytes - before.rss} bytes`);
  }
}

/** Each suite fails at its end where this process still holds what hostile inputs have sent. */
export function useMemoryCheck(): void {
  let heldBefore = 0;
  before(() => {
    heldBefore = heldBytes();
  });
  after('nothing is kept', async () => {
    const ask = (): true | undefined => (heldBytes() - heldBefore < KEPT_BYTES ? true : undefined);
    await eventually(ask, { withinMs: KEPT_MS, what: `less than ${KEPT_BYTES} bytes to be kept` });
  });
}

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Node has it for programs that are started with a flag; the engine takes the flag later too. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
