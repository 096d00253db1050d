import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileRecordLog } from '../../../adapters/consumer/file.js';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { readKeptOffset } from '../../../adapters/folder-log/kept-offset.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { itConsumes } from '../../port-suites/consumer.js';

describe('a consumer of a folder', () => {
  const folder = useTempFolder();
  itConsumes(async () => ({
    sink: fileEventSink({ folder: folder() }),
    records: fileRecordLog({ folder: folder() }),
    createTopic: () => Promise.resolve(),
    putForeign: (topic, value) => appendFile(join(folder(), `${topic}.jsonl`), `${value}\n`),
    async kept(group, topic) {
      const kept = await readKeptOffset(folder(), { group, topic });
      return kept && BigInt(kept.offset);
    },
  }));
});
