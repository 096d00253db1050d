import { kafkaCluster, type KafkaOptions } from './kafka-client.js';
import type { Cluster, FetchedPartition } from './kafkajs-internals.js';
import { partitionOf } from './partition.js';

/** How long a broker may hold a fetch that finds nothing. It answers at once when a record comes. */
const MAX_WAIT_MS = 1000;
/** With several brokers the quick one waits for the slow: how late one may learn of a record. */
const MAX_SHARED_WAIT_MS = 250;
const MAX_PARTITION_BYTES = 1024 * 1024;
const MAX_FETCH_BYTES = 8 * 1024 * 1024;

/** The next offset to read, by partition. */
export type Offsets = Map<number, bigint>;

export interface TopicReader {
  readonly positions: Offsets;
  /** Where to stop, by partition; undefined where the reader follows. */
  readonly ends: Offsets | undefined;
  isAtEnd(): boolean;
  /** What is new of each partition; nothing, after about a second, where nothing is. */
  fetch(): Promise<FetchedPartition[]>;
  destroy(): void;
}

export interface TopicReaderOptions extends KafkaOptions {
  /** Reads only the partition of this key: the number of a topic's partitions must not change. */
  key?: string;
  /** All partitions unless given. */
  partitions?: readonly number[] | undefined;
  /** Where a partition begins that has no position yet: at its oldest record, the next one to come, or a time. */
  from?: 'earliest' | 'latest' | { sinceMs: number };
  follow?: boolean;
  /** Where an earlier reader was, or what was stored. */
  positions?: Offsets | undefined;
  ends?: Offsets | undefined;
}

export async function openTopicReader(topic: string, options: TopicReaderOptions): Promise<TopicReader> {
  const { cluster, sockets } = kafkaCluster(options);
  const destroy = (): void => {
    sockets.destroy();
    void cluster.disconnect().catch(() => undefined); // only to stop its timers
  };
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const partitions = partitionsToRead(cluster, topic, options);
    const latest = { topic, partitions, fromBeginning: false };
    const ends = options.follow ? undefined : (options.ends ?? (await offsetsOf(cluster, latest)));
    const positions = await startOf(cluster, { ...options, topic, partitions });
    const left = (): [number, bigint][] =>
      [...positions].filter(([partition, offset]) => offset < (ends?.get(partition) ?? offset + 1n));
    return {
      positions,
      ends,
      isAtEnd: () => left().length === 0,
      fetch: () => fetchAll(cluster, { topic, positions, wanted: left(), ends }),
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  }
}

type Partitions = { partition: number }[];

function partitionsToRead(
  cluster: Cluster,
  topic: string,
  { key, partitions }: Pick<TopicReaderOptions, 'key' | 'partitions'>,
): Partitions {
  const all = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
  if (key !== undefined) return [{ partition: partitionOf(key, all.length) }];
  return partitions ? all.filter(({ partition }) => partitions.includes(partition)) : all;
}

interface Start {
  topic: string;
  partitions: Partitions;
  positions?: Offsets | undefined;
  from?: 'earliest' | 'latest' | { sinceMs: number };
}

/** The known positions of what is to be read, and where the other partitions begin. */
async function startOf(cluster: Cluster, { topic, partitions, positions, from = 'earliest' }: Start): Promise<Offsets> {
  const known = partitions.flatMap(({ partition }) => {
    const offset = positions?.get(partition);
    return offset === undefined ? [] : [[partition, offset] as const];
  });
  const fresh = partitions.filter(({ partition }) => !positions?.has(partition));
  if (fresh.length === 0) return new Map(known);
  return new Map([...known, ...(await beginningOf(cluster, { topic, partitions: fresh, from }))]);
}

async function beginningOf(
  cluster: Cluster,
  { topic, partitions, from }: Pick<Required<Start>, 'topic' | 'partitions' | 'from'>,
): Promise<Offsets> {
  if (from === 'earliest' || from === 'latest')
    return offsetsOf(cluster, { topic, partitions, fromBeginning: from === 'earliest' });
  const found = await offsetsOf(cluster, { topic, partitions, fromTimestamp: from.sinceMs });
  const latest = await offsetsOf(cluster, { topic, partitions, fromBeginning: false });
  // -1: no record is that new
  return new Map([...found].map(([partition, offset]) => [partition, offset < 0n ? latest.get(partition)! : offset]));
}

async function offsetsOf(cluster: Cluster, request: Parameters<Cluster['fetchTopicsOffset']>[0][0]): Promise<Offsets> {
  const answers = await cluster.fetchTopicsOffset([request]);
  const pairs = answers.flatMap((answer) => answer.partitions);
  return new Map(pairs.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

interface Fetching {
  topic: string;
  positions: Offsets;
  wanted: [number, bigint][];
  ends: Offsets | undefined;
}

/** Moves the positions past what it returns. */
async function fetchAll(cluster: Cluster, { topic, positions, wanted, ends }: Fetching): Promise<FetchedPartition[]> {
  const leaders = cluster.findLeaderForPartitions(
    topic,
    wanted.map(([partition]) => partition),
  );
  const answers = await Promise.all(
    Object.entries(leaders).map(async ([nodeId, partitions]) => {
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        maxWaitTime: Object.keys(leaders).length === 1 ? MAX_WAIT_MS : MAX_SHARED_WAIT_MS,
        minBytes: 1,
        maxBytes: MAX_FETCH_BYTES,
        topics: [{ topic, partitions: partitions.map((partition) => request(partition, positions)) }],
      });
      return responses.flatMap((response) => response.partitions);
    }),
  ).catch((error: unknown) => afterDeleted(cluster, { topic, positions, error }));
  return answers.flat().map(({ partition, messages: fetched }) => {
    const from = positions.get(partition) ?? 0n;
    const end = ends?.get(partition);
    const last = fetched.at(-1);
    if (last) positions.set(partition, max(from, BigInt(last.offset)) + 1n);
    const messages = fetched.filter(({ offset, isControlRecord }) => {
      const isWanted = BigInt(offset) >= from && (end === undefined || BigInt(offset) < end);
      return isWanted && !isControlRecord;
    });
    return { partition, messages };
  });
}

/** What was to be read next is past its retention: the reader goes on at what is left. */
async function afterDeleted(
  cluster: Cluster,
  { topic, positions, error }: { topic: string; positions: Offsets; error: unknown },
): Promise<[]> {
  const { type, partition } = error as { type?: string; partition?: number };
  if (type !== 'OFFSET_OUT_OF_RANGE' || partition === undefined) throw error;
  const oldest = await offsetsOf(cluster, { topic, partitions: [{ partition }], fromBeginning: true });
  positions.set(partition, oldest.get(partition) ?? 0n);
  return [];
}

const request = (partition: number, positions: Offsets) => ({
  partition,
  fetchOffset: String(positions.get(partition) ?? 0n),
  maxBytes: MAX_PARTITION_BYTES,
});

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
