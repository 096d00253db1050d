import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { defined } from '../contracts/defined.js';
import type { KafkaServer } from './kafka.js';
import type { RtmpServer } from './rtmp.js';
import type { S3Server } from './s3.js';
import type { TemporalServer } from './temporal.js';

/** Where everything of a running stack is: what `reelay up --json` prints. */
export interface StackAddresses {
  temporal: { address: string; namespace: string; ui?: string };
  store: { url: string; endpoint?: string; region?: string; accessKeyId?: string; secretAccessKey?: string };
  events: { url: string };
  rtmp: { url: string; flv: string };
  /** The HTTP server, where the stack runs more than its servers. */
  http?: { url: string };
}

export interface StackServers {
  temporal: TemporalServer;
  rtmp: RtmpServer;
  kafka?: KafkaServer | undefined;
  s3?: S3Server | undefined;
}

/** Named by the environment, used as they are. */
export interface GivenUrls {
  store?: string | undefined;
  events?: string | undefined;
}

/** Objects and events are where the environment says, else in the servers that run, else in folders of `home`. */
export const addressesOf = (
  { temporal, rtmp, kafka, s3 }: StackServers,
  { home, given = {} }: { home: string; given?: GivenUrls },
): StackAddresses => ({
  temporal: {
    address: temporal.address,
    namespace: temporal.namespace,
    ...defined({ ui: temporal.ui }),
  },
  store: given.store ? { url: given.store } : s3 ? s3Store(s3) : { url: folderUrl(home, 'objects') },
  events: { url: given.events || (kafka ? `kafka://${kafka.brokers.join(',')}` : folderUrl(home, 'events')) },
  rtmp: { url: rtmp.url, flv: rtmp.flv },
});

const s3Store = ({ bucket, endpoint, region, accessKeyId, secretAccessKey }: S3Server): StackAddresses['store'] => ({
  url: `s3://${bucket}`,
  endpoint,
  region,
  accessKeyId,
  secretAccessKey,
});

const folderUrl = (home: string, folder: string): string => pathToFileURL(join(home, folder)).href;
