import pRetry from 'p-retry';
import { kafkaCluster, type KafkaOptions } from './kafka-client.js';
import { isDenied, kafkaFault } from './kafka-fault.js';
import type { Cluster } from './kafkajs-internals.js';
import type { Offsets } from './topic-reader.js';
import { withDeadline } from './with-deadline.js';

const DEADLINE_MS = 10_000;
/** A coordinator may be just starting, and the first group of a broker has its topic made. */
const READ_RETRY = { retries: Infinity, minTimeout: 100, maxTimeout: 1000, maxRetryTime: DEADLINE_MS } as const;
/** What a committer says that is no member of the group: the broker takes it while nobody is one. */
const WITHOUT_MEMBERSHIP = { groupGenerationId: -1, memberId: '', retentionTime: -1 } as const;

export interface StoredOffset {
  offset: bigint;
  metadata: string;
}

/**
 * The offsets that Kafka keeps under the name of a group, for a reader that assigns its partitions itself. The group has
 * no members; tools see its offsets and its lag as those of any other. Has a connection of its own, since a broker
 * answers a connection's requests in order, and a waiting fetch would hold up a commit.
 */
export class GroupOffsets {
  private connection: ReturnType<typeof kafkaCluster> | undefined;

  constructor(
    private readonly options: KafkaOptions,
    private readonly of: { group: string; topic: string },
  ) {}

  /** What is stored of each partition that has something. */
  async read(): Promise<Map<number, StoredOffset>> {
    const { group: groupId, topic } = this.of;
    const read = () =>
      this.ask(`read offsets of ${groupId} in ${topic}`, async (cluster) => {
        await cluster.addTargetTopic(topic);
        const partitions = cluster
          .findTopicPartitionMetadata(topic)
          .map(({ partitionId: partition }) => ({ partition }));
        const coordinator = await cluster.findGroupCoordinator({ groupId });
        return coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] });
      });
    const { responses } = await pRetry(read, { ...READ_RETRY, shouldRetry: ({ error }) => !isDenied(error) });
    const found = responses.flatMap(({ partitions }) => partitions).filter(({ offset }) => BigInt(offset) >= 0n);
    return new Map(
      found.map(({ partition, offset, metadata }) => [partition, { offset: BigInt(offset), metadata: metadata ?? '' }]),
    );
  }

  async commit(offsets: Offsets, metadata: string): Promise<void> {
    const { group: groupId, topic } = this.of;
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset), metadata }));
    await this.ask(`commit offsets of ${groupId} in ${topic}`, async (cluster) => {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      await coordinator.offsetCommit({ groupId, ...WITHOUT_MEMBERSHIP, topics: [{ topic, partitions }] });
    });
  }

  close(): void {
    const { sockets, cluster } = this.connection ?? {};
    this.connection = undefined;
    sockets?.destroy();
    void cluster?.disconnect().catch(() => undefined); // only to stop its timers
  }

  /** What has failed once is not used again. */
  private async ask<T>(what: string, work: (cluster: Cluster) => Promise<T>): Promise<T> {
    this.connection ??= kafkaCluster(this.options);
    const { cluster } = this.connection;
    try {
      const answering = cluster.connect().then(() => work(cluster));
      return await withDeadline(answering, { ms: DEADLINE_MS, what });
    } catch (error) {
      this.close();
      throw kafkaFault(error, what);
    }
  }
}
