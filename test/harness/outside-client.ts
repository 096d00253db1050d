import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import { connect, type Reelay } from '../../client/index.js';
import { closeBeforeDown, fullStack } from './full-stack.js';
import { SECRET_SETTINGS } from './secrets.js';

/** A record as any consumer gets it. */
export interface TopicRecord {
  topic: string;
  key: string;
  headers: Record<string, string>;
  data: Record<string, unknown>;
}

/** Ordinary clients of the servers behind the stack: nothing in them is of the product but the client module. */
export interface OutsideClient {
  /** All records of the key so far, in order of arrival. */
  records(topic: string, key: string): TopicRecord[];
  s3: S3Client;
  bucket: string;
  reelay: Reelay;
}

let opening: Promise<OutsideClient> | undefined;

export const outsideClient = (): Promise<OutsideClient> => (opening ??= open());

export async function objectAt(key: string): Promise<{ body: Buffer; metadata: Record<string, string> } | undefined> {
  const { s3, bucket } = await outsideClient();
  try {
    const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { body: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata };
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function keysUnder(prefix: string): Promise<string[]> {
  const { s3, bucket } = await outsideClient();
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
  }
  return keys;
}

async function open(): Promise<OutsideClient> {
  const { addresses } = await fullStack();
  const { store, events, temporal } = addresses;
  const { accessKeyId = '', secretAccessKey = '', endpoint = '', region = '' } = store;
  const s3 = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const records = new Map<string, TopicRecord[]>();
  const kafka = new Kafka({ brokers: events.url.replace('kafka://', '').split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'e2e' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['reelay.frames', 'reelay.streams', 'reelay.transcodes'], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      const key = String(message.key);
      const headers = Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, Buffer.from(value as Buffer).toString()]),
      );
      const data = JSON.parse(String(message.value)) as Record<string, unknown>;
      const of = records.get(`${topic}/${key}`) ?? [];
      records.set(`${topic}/${key}`, [...of, { topic, key, headers, data }]);
    },
  });
  const reelay = await connectTo(temporal);
  closeBeforeDown(async () => {
    s3.destroy();
    await Promise.all([consumer.disconnect(), reelay.close()]);
  });
  return {
    s3,
    reelay,
    bucket: store.url.replace('s3://', ''),
    records: (topic, key) => records.get(`${topic}/${key}`) ?? [],
  };
}

/** The client reads the environment when it is called; other tests of this process are not to see ours. */
async function connectTo({ address, namespace }: { address: string; namespace: string }): Promise<Reelay> {
  const { REELAY_PAYLOAD_KEYS, REELAY_PAYLOAD_KEY } = SECRET_SETTINGS;
  const ours = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, REELAY_PAYLOAD_KEYS, REELAY_PAYLOAD_KEY };
  const theirs = Object.fromEntries(Object.keys(ours).map((name) => [name, process.env[name]]));
  setEnvironment(ours);
  const connecting = connect();
  setEnvironment(theirs);
  return connecting;
}

function setEnvironment(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
