import assert from 'node:assert/strict';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { wallFaults, walls } from './import-walls.js';
import { isTypeScript, sourceFiles } from './source-files.js';
import { importsOf } from './syntax.js';

const FORBIDDEN: [path: string, text: string][] = [
  ['contracts/x.ts', "import { readFileSync } from 'node:fs';"],
  ['contracts/x.ts', "import { Worker } from '@temporalio/worker';"],
  ['contracts/slots.ts', "import type { Size } from './stream.js';"],
  ['contracts/x.ts', "import { createStore } from '../adapters/object-store/s3.js';"],
  ['workflows/x.ts', "import { captureFrames } from '../activities/capture-frames.js';"],
  ['workflows/state/x.ts', "import { probe } from '../../media/probe.js';"],
  ['workflows/x.ts', "import 'node:process';"],
  ['workflows/x.ts', "const load = () => import('../media/probe.js');"],
  ['media/x.ts', "import { Context } from '@temporalio/activity';"],
  ['media/x.ts', "import { execa } from 'execa';"],
  ['media/x.ts', "export * from '../adapters/log.js';"],
  ['adapters/x.ts', "import { ApplicationFailure } from '@temporalio/common';"],
  ['adapters/object-store/x.ts', "import { Kafka } from 'kafkajs';"],
  ['adapters/event-log/x.ts', "import { Kafka } from 'kafkajs';"],
  ['adapters/object-store/x.ts', "import { kafkaClient } from '../kafka/kafka-client.js';"],
  ['adapters/kafka/x.ts', "import type { EventSink } from '../event-log/event-log.js';"],
  ['adapters/x.ts', "import { openS3 } from './s3/s3-connection.js';"],
  ['activities/x.ts', "import { createS3Store } from '../adapters/object-store/s3.js';"],
  ['activities/x.ts', "import { liveStream } from '../workflows/live-stream.js';"],
  ['client/x.ts', "import { probe } from '../media/probe.js';"],
  ['client/x.ts', "type Probe = import('../media/probe.js').Probe;"],
  ['dev/x.ts', "import { startCaptureWorker } from '../workers/capture-worker.js';"],
  ['workers/x.ts', "import { S3Client } from '@aws-sdk/client-s3';"],
  ['toys/x.ts', 'export {};'],
];

const FORBIDDEN_ROOMS: [path: string, text: string][] = [
  ['activities/frames/x.ts', "import type { Slot } from '../capture/open-slot.js';"],
  ['activities/delivery/x.ts', "import type { Cemetery } from '../dead-letters/cemetery.js';"],
  ['activities/host/x.ts', "import { putFrame } from '../frames/put-frame.js';"],
  ['activities/delivery/x.ts', "import { createStopCapture } from '../stop-capture.js';"],
  ['activities/unnamed/x.ts', "import { putFrame } from '../frames/put-frame.js';"],
  ['workflows/state/x.ts', "import { LEASE } from '../policies.js';"],
];

const ALLOWED: [path: string, text: string][] = [
  ['contracts/x.ts', "import { z } from 'zod'; import { defineSignal } from '@temporalio/workflow';"],
  ['workflows/state/x.ts', "import { slotAt } from '../../contracts/slots.js'; import { next } from './next.js';"],
  ['workflows/x.ts', "import type * as activities from '../activities/index.js';"],
  ['media/process.ts', "import { execa } from 'execa'; import { once } from 'node:events';"],
  ['adapters/kafka/x.ts', "import { Kafka } from 'kafkajs'; import { noLog } from '../log.js';"],
  ['adapters/event-log/x.ts', "import { kafkaClient } from '../kafka/kafka-client.js'; import { read } from './y.js';"],
  ['adapters/object-store/s3.ts', "import { S3Client } from '@aws-sdk/client-s3';"],
  ['activities/x.ts', "import { type ObjectStore } from '../adapters/object-store/object-store.js';"],
  ['cli/x.ts', "import { createS3Store } from '../adapters/object-store/s3.js'; import { up } from '../dev/up.js';"],
];

describe('the walls between folders', () => {
  it('stand in every source', () => {
    const files = sourceFiles(isTypeScript);
    assert.ok(files.length > 20, 'the sources were found');
    assert.deepEqual(files.flatMap(wallFaults), []);
  });

  for (const [path, text] of [...FORBIDDEN, ...FORBIDDEN_ROOMS]) {
    it(`stop ${path}: ${text}`, () => assert.equal(wallFaults({ path, text }).length, 1));
  }

  for (const [path, text] of ALLOWED) {
    it(`let ${path} pass: ${text}`, () => assert.deepEqual(wallFaults({ path, text }), []));
  }

  it('see an import in whatever way it is written', () => {
    const text = `
      import 'a'; import b from 'b'; import * as c from 'c'; import type { D } from 'd'; import { type E } from 'e';
      export { f } from 'f'; export type { G } from 'g'; type H = import('h').H; await import('i'); require('j');
      const text = "import 'k'"; // import 'l'`;
    assert.deepEqual(
      importsOf(text).map(({ specifier, isTypeOnly }) => specifier + (isTypeOnly ? ' type' : '')),
      ['a', 'b', 'c', 'd type', 'e type', 'f', 'g type', 'h type', 'i', 'j'],
    );
  });
});

describe('the linter', () => {
  const lint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

  async function restrictionsOn(path: string, text: string): Promise<unknown[]> {
    const [result] = await lint.lintText(text, { filePath: path });
    const rules = result?.messages.map(({ ruleId }) => ruleId) ?? [];
    return rules.filter((rule) => rule === null || rule.includes('no-restricted'));
  }

  const declarations = FORBIDDEN.filter(
    ([path, text]) => /^(?:import|export) [^(]*'/.test(text) && (path.split('/')[0] ?? '') in walls.folders,
  );
  for (const [path, text] of declarations) {
    it(`stops ${path} too: ${text}`, async () => {
      const broken = await restrictionsOn(path, text);
      assert.ok(broken.includes('@typescript-eslint/no-restricted-imports'), JSON.stringify(broken));
    });
  }

  for (const [path, text] of ALLOWED) {
    it(`lets ${path} pass too: ${text}`, async () => assert.deepEqual(await restrictionsOn(path, text), []));
  }

  const places: [path: string, text: string, isAllowed: boolean][] = [
    ['media/x.ts', 'export const path = process.env.PATH;', false],
    ['workers/x.ts', 'export const { PATH } = process.env;', false],
    ['runtime/config.ts', 'export const { PATH } = process.env;', true],
    ['client/connect.ts', 'export const { PATH } = process.env;', true],
    ['cli/x.ts', "throw ApplicationFailure.create({ message: 'x' });", false],
    ['contracts/errors.ts', "throw ApplicationFailure.create({ message: 'x' });", true],
    ['cli/x.ts', 'export default 1;', false],
    ['test/x.ts', 'export default 1;', false],
  ];
  for (const [path, text, isAllowed] of places) {
    it(`${isAllowed ? 'lets' : 'stops'} ${path}: ${text}`, async () => {
      assert.deepEqual(await restrictionsOn(path, text), isAllowed ? [] : ['no-restricted-syntax']);
    });
  }
});
