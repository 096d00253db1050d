import { folderLogFault } from '../folder-log/folder-log-fault.js';
import { topicFile } from '../folder-log/topic-file.js';
import { TopicWriter } from '../folder-log/topic-writer.js';
import type { EventSink, RecordSink } from './event-log.js';

/** One file a topic, one line a record; how lines are written is told in topic-writer.ts. */
export function fileEventSink({ folder }: { folder: string }): EventSink & RecordSink {
  const writers = new Map<string, TopicWriter>();
  let isClosed = false;
  return {
    publish: async (topic, { key, event }) => writerOf(topic).append({ key, writtenAtMs: Date.now(), event }),

    async putRecord(topic, { key, headers, value }) {
      const record = {
        key: key?.toString('base64') ?? null,
        headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, texts(values)])),
        value: value?.toString('base64') ?? null,
      };
      await writerOf(topic).append({ writtenAtMs: Date.now(), record });
    },

    async close() {
      isClosed = true;
      await Promise.all([...writers.values()].map((writer) => writer.close()));
    },
  };

  function writerOf(topic: string): TopicWriter {
    if (isClosed) throw folderLogFault(new Error('the log is closed'), `publish to ${topic}`);
    const writer = writers.get(topic) ?? new TopicWriter(topicFile(folder, topic));
    writers.set(topic, writer);
    return writer;
  }
}

const texts = (values: Buffer | Buffer[]): string[] => [values].flat().map((value) => value.toString('base64'));
