import { Kafka, logLevel, type Admin } from 'kafkajs';
import { kafkaRecordLog } from '../../../adapters/consumer/kafka.js';
import { kafkaEventSink } from '../../../adapters/event-log/kafka-sink.js';
import { kafkaServer } from '../../harness/servers.js';
import { itConsumes } from '../../port-suites/consumer.js';

const PARTITIONS = 3;

describe('a consumer of Kafka', () => {
  let kafka: Kafka;
  let admin: Admin;
  let brokers: string[];
  before(async () => {
    ({ brokers } = await kafkaServer());
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  });
  after(() => admin.disconnect());

  itConsumes(async () => {
    return {
      sink: kafkaEventSink({ brokers }),
      records: kafkaRecordLog({ brokers }),
      createTopic: async (topic) =>
        void (await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true })),
      async putForeign(topic, value) {
        const producer = kafka.producer();
        await producer.connect();
        await producer.send({ topic, messages: [{ value, partition: 0 }] });
        await producer.disconnect();
      },
      async kept(groupId, topic) {
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
        const offsets = found?.partitions.map(({ offset }) => BigInt(offset)) ?? [];
        return offsets.every((offset) => offset >= 0n) ? offsets.reduce((sum, each) => sum + each, 0n) : undefined;
      },
    };
  });
});
