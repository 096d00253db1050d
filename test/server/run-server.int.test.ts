import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import pino from 'pino';
import { createConsume } from '../../adapters/consumer/consume.js';
import { fileRecordLog } from '../../adapters/consumer/file.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { fault } from '../../contracts/errors.js';
import { TOPICS } from '../../contracts/events.js';
import { objectAddress } from '../../contracts/object-address.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { recordLetterSchema, type RecordLetter } from '../../contracts/record-letter.js';
import { readNotifications } from '../../server/read-notifications.js';
import { applyAndTell } from '../../server/run-server.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { eventually } from '../harness/eventually.js';
import { reelayOf } from '../harness/reelay-of.js';

const TOPIC = 'objects';
const TRIGGER = parseTrigger({ name: 'up', bucket: 'media', prefix: 'in/', profile: 'hls@2', isHidden: true });
const GONE = {
  Records: [{ eventName: 'ObjectRemoved:Delete', s3: { bucket: { name: 'media' }, object: { key: 'in/a.mov' } } }],
};
/** A server that has forgotten all tasks. */
const temporal = {
  workflow: { async *list() {} },
  withDeadline: (_: number, call: () => unknown) => call(),
} as unknown as Client;

describe('a notification of an object that is gone, of which something is left', () => {
  const folder = useTempFolder();
  const lines: string[] = [];
  let letters: RecordLetter[];

  beforeEach(async () => {
    lines.length = 0;
    const files = fileObjectStore({ folder: join(folder(), 'store') });
    const refusing: ObjectStore = {
      ...files,
      url: (key) => objectAddress({ bucket: 'media', key }),
      head: async () => {
        throw fault('store-denied', 'AccessDenied');
      },
    };
    const large = fileLargeObjects({ folder: join(folder(), 'store') });
    const reelay = reelayOf({ temporal, stores: [refusing], large });
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    await writeFile(join(folder(), `${TOPIC}.jsonl`), `${JSON.stringify(GONE)}\n`);
    const sink = fileEventSink({ folder: folder() });
    const consumer = await readNotifications({
      consume: createConsume(fileRecordLog({ folder: folder() })),
      sink,
      topic: TOPIC,
      handle: (message) => applyAndTell(reelay, { triggers: [TRIGGER], message, log }),
    });
    try {
      letters = await eventually(lettersIn, { withinMs: 30_000, everyMs: 50, what: 'the letter' });
    } finally {
      await consumer.close();
      await sink.close();
    }
  });

  async function lettersIn(): Promise<RecordLetter[] | undefined> {
    const found: RecordLetter[] = [];
    for await (const { data } of fileEventSource({ folder: folder() }).read(TOPICS.deadLetters, {}))
      found.push(recordLetterSchema.parse(data));
    return found.length > 0 ? found : undefined;
  }

  it('becomes a letter that says why', () => assert.equal(letters[0]?.code, 'store-denied'));
  it('becomes one that can be sent again', () =>
    assert.deepEqual(JSON.parse(Buffer.from(letters[0]?.value ?? '', 'base64').toString()), GONE));
  it('is told of in the log with its object', () => assert.match(lines.join(), /"key":"in\/a\.mov".*not its traces/));
});
