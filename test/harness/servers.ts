import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../dev/kafka.js';
import { startRtmp } from '../../dev/rtmp.js';
import { startS3 } from '../../dev/s3.js';
import type { Server, ServerOptions } from '../../dev/server.js';
import { startTemporal } from '../../dev/temporal.js';

const running: Promise<Server>[] = [];
let home: string | undefined;

/** Real servers for tests, each started when first asked for and shared by all tests of this mocha process. */
export const temporalServer = onceFor(startTemporal);
export const kafkaServer = onceFor(startKafka);
export const s3Server = onceFor(startS3);
export const rtmpServer = onceFor(startRtmp);

/** Loaded by mocha's `require`: stops what was started, so that nothing is left behind. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    const servers = await Promise.allSettled(running);
    await Promise.all(servers.map((started) => (started.status === 'fulfilled' ? started.value.stop() : undefined)));
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  },
};

function onceFor<Started extends Server>(start: (options: ServerOptions) => Promise<Started>): () => Promise<Started> {
  let server: Promise<Started> | undefined;
  return () => {
    if (server !== undefined) return server;
    home ??= mkdtempSync(join(tmpdir(), 'reelay-test-'));
    server = start({ home });
    running.push(server);
    return server;
  };
}
