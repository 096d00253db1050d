import { createRequire } from 'node:module';
import type { ISocketFactory, Kafka, SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';

/*
 * The only file that reaches behind the public face of kafkajs. It does so for two things that the public face cannot do:
 * reading a partition without joining a group, and not burning 3 to 5 % of a core while idle. package.json pins the version
 * that this was written for, and a test compares the two.
 */
export const TESTED_VERSION = '2.2.4';

const require = createRequire(import.meta.url);
export const installedVersion = (): string => (require('kafkajs/package.json') as { version: string }).version;

interface RequestQueue {
  pending: unknown[];
  scheduleCheckPendingRequests(): void;
}

let isCalm = false;

/**
 * A connection's request queue re-arms a timer without end once it was used, about 860 times a second
 * (https://github.com/tulios/kafkajs/issues/1751). It has to look again only while something waits in it, and each
 * request that is queued schedules that look itself.
 */
export function calmRequestQueues(): void {
  if (isCalm || installedVersion() !== TESTED_VERSION) return;
  isCalm = true;
  const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

export interface FetchedRecord {
  offset: string;
  /** Unix milliseconds. */
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[]>;
  isControlRecord: boolean;
}

export interface FetchedPartition {
  partition: number;
  messages: FetchedRecord[];
}

export interface FetchRequest {
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
}

interface OffsetsRequest {
  topic: string;
  partitions: { partition: number }[];
  fromBeginning?: boolean;
  fromTimestamp?: number;
}

interface GroupOffsets<Partition> {
  groupId: string;
  topics: { topic: string; partitions: Partition[] }[];
}

interface Broker {
  fetch(request: FetchRequest): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
  offsetFetch(
    request: GroupOffsets<{ partition: number }>,
  ): Promise<{ responses: { partitions: CommittedOffset[] }[] }>;
  offsetCommit(
    request: GroupOffsets<CommittedOffset> & { groupGenerationId: number; memberId: string; retentionTime: number },
  ): Promise<unknown>;
}

export interface CommittedOffset {
  partition: number;
  /** `-1` where the group has none. */
  offset: string;
  metadata: string | null;
}

/** What a consumer of kafkajs is built on. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  /** The broker that keeps the offsets of a group. */
  findGroupCoordinator(group: { groupId: string }): Promise<Broker>;
  fetchTopicsOffset(topics: OffsetsRequest[]): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
}

export interface ClusterOptions {
  logger: ReturnType<Kafka['logger']>;
  brokers: string[];
  clientId: string;
  ssl?: ConnectionOptions | boolean;
  sasl?: SASLOptions;
  socketFactory: ISocketFactory;
  connectionTimeout: number;
  requestTimeout: number;
  retry: { retries: number; initialRetryTime: number; maxRetryTime: number };
}

const READ_COMMITTED = 1;
const METADATA_MAX_AGE_MS = 300_000;

export function openCluster(options: ClusterOptions): Cluster {
  if (installedVersion() !== TESTED_VERSION) throw new Error(`expected kafkajs ${TESTED_VERSION}`);
  const Cluster = require('kafkajs/src/cluster/index.js') as new (options: object) => Cluster;
  return new Cluster({
    ...options,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  });
}
