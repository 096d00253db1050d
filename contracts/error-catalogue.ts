import { TRANSCODE_ERRORS } from './transcode-errors.js';

export type Fault = 'input' | 'source' | 'destination' | 'internal';

export interface CatalogueEntry {
  /** Whether the same request may succeed later without a change. */
  retryable: boolean;
  fault: Fault;
  meaning: string;
  action: string;
}

/** Every failure that Reelay reports. `docs/failures.md` lists the same codes; a test compares the two. */
export const ERRORS = {
  'request-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'a request has a missing or wrongly typed field',
    action: 'correct the field that the message names',
  },
  'stream-id-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'a stream or tenant id has characters that cannot be part of a key',
    action: 'use 1 to 100 letters, digits, dot, underscore or hyphen',
  },
  'interval-out-of-range': {
    retryable: false,
    fault: 'input',
    meaning: 'the capture interval is under 100 ms, over 1 h, or no whole number of milliseconds',
    action: 'choose an interval from 100ms to 1h',
  },
  'size-out-of-range': {
    retryable: false,
    fault: 'input',
    meaning: 'a variant is under 16 or over 4096 pixels on a side, or there are too many',
    action: 'choose up to 4 sizes from 16x16 to 4096x4096',
  },
  'risk-level-unknown': {
    retryable: false,
    fault: 'input',
    meaning: 'the stream has no rate for that risk level',
    action: 'use one of the levels that the stream was started with',
  },
  'stream-conflict': {
    retryable: false,
    fault: 'input',
    meaning: 'the stream already runs with other settings',
    action: 'stop it first, or change its rate instead of starting it again',
  },
  'stream-not-found': {
    retryable: false,
    fault: 'input',
    meaning: 'no such stream runs, or its history has passed retention',
    action: 'check the id and tenant with `reelay stream list`',
  },
  'dead-letter-not-found': {
    retryable: false,
    fault: 'input',
    meaning: 'the topic of dead letters holds none of that id',
    action: 'check the id with `reelay dead-letters list`; the topic may have passed its retention',
  },
  'dead-letter-unusable': {
    retryable: false,
    fault: 'internal',
    meaning: 'the bytes of a dead letter are gone, or are not those that it names',
    action: 'nothing can be sent; the letter stays listed until the topic passes its retention',
  },
  'redrive-cancelled': {
    retryable: true,
    fault: 'input',
    meaning: 'a redrive was cancelled before its end',
    action: 'nothing, or start it again: what it did stays done, and what is left stays open',
  },
  'source-url-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'the source is no URL, has no host, or is too long',
    action: 'give an absolute URL such as rtmp://host/app/key',
  },
  'source-scheme-unsupported': {
    retryable: false,
    fault: 'input',
    meaning: 'the source has a scheme that Reelay does not pull',
    action: 'use rtmp, rtmps, http, https, rtsp or rtsps',
  },
  'source-address-forbidden': {
    retryable: false,
    fault: 'input',
    meaning: 'the source resolves to an address inside the network',
    action: 'use a public source, or allow private sources in the configuration',
  },
  'source-unreachable': {
    retryable: true,
    fault: 'source',
    meaning: 'no connection to the source',
    action: 'check that the source is up; Reelay retries inside the reconnect window',
  },
  'source-not-found': {
    retryable: true,
    fault: 'source',
    meaning: 'the source server answers, but has no such stream',
    action: 'check the path; Reelay retries inside the reconnect window, since a stream may be published later',
  },
  'source-refused': {
    retryable: false,
    fault: 'source',
    meaning: 'the source server denies access',
    action: 'check the credentials in the URL',
  },
  'source-not-media': {
    retryable: false,
    fault: 'source',
    meaning: 'what the source sends is no video container that ffmpeg knows',
    action: 'give the address of a stream, not of a page',
  },
  'source-no-video': {
    retryable: true,
    fault: 'source',
    meaning: 'the source sends audio only',
    action: 'publish a video track; Reelay retries inside the reconnect window, since video may come late',
  },
  'source-codec-unsupported': {
    retryable: false,
    fault: 'source',
    meaning: 'ffmpeg cannot decode the video codec of the source',
    action: 'publish H.264, or install an ffmpeg that knows the codec',
  },
  'source-silent': {
    retryable: true,
    fault: 'source',
    meaning: 'the source is connected but sends no picture',
    action: 'check the encoder; Reelay reconnects inside the reconnect window',
  },
  'source-stalled': {
    retryable: true,
    fault: 'source',
    meaning: 'the source stopped sending pictures',
    action: 'check the encoder and network; Reelay reconnects inside the reconnect window',
  },
  'source-ended': {
    retryable: true,
    fault: 'source',
    meaning: 'the source closed the stream',
    action: 'nothing, when the broadcast is over; Reelay reconnects inside the reconnect window',
  },
  'source-failed': {
    retryable: true,
    fault: 'source',
    meaning: 'ffmpeg stopped for a reason that is not in this list',
    action: 'run the ffmpeg line of the message by hand',
  },
  'capture-not-found': {
    retryable: false,
    fault: 'internal',
    meaning: 'the host no longer runs this capture',
    action: 'nothing: the stream workflow starts it again',
  },
  'ffmpeg-missing': {
    retryable: false,
    fault: 'internal',
    meaning: 'no usable ffmpeg on this host',
    action: 'install ffmpeg 5.1 or later, or set REELAY_FFMPEG',
  },
  'store-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the object store does not answer',
    action: 'check the store; frames wait in the spool',
  },
  'store-denied': {
    retryable: false,
    fault: 'destination',
    meaning: 'the object store denies access, or the bucket does not exist',
    action: 'check credentials, bucket and policy',
  },
  'store-conflict': {
    retryable: true,
    fault: 'destination',
    meaning: 'two writers put one object at the same moment, and the store let neither win',
    action: 'nothing: the put is repeated at once',
  },
  'object-refused': {
    retryable: false,
    fault: 'destination',
    meaning: 'the object store takes other objects, but not this one: it is too large, or its key too long',
    action: 'choose smaller sizes, or raise the limit of the store',
  },
  'events-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the event log does not answer',
    action: 'check the brokers; frames wait in the spool',
  },
  'events-denied': {
    retryable: false,
    fault: 'destination',
    meaning: 'the event log rejects the record, or the topic does not exist',
    action: 'create the topic and grant write access',
  },
  'event-refused': {
    retryable: false,
    fault: 'destination',
    meaning: 'the event log takes other records, but not this one: it is too large or not valid',
    action: 'raise the size limit of the topic',
  },
  'temporal-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the Temporal server does not answer',
    action: 'check TEMPORAL_ADDRESS and the server',
  },
  'worker-missing': {
    retryable: true,
    fault: 'internal',
    meaning: 'no worker answers for the stream',
    action: 'start `reelay worker`',
  },
  'spool-unusable': {
    retryable: false,
    fault: 'internal',
    meaning: 'the spool folder is missing, read-only or owned by another worker',
    action: 'set REELAY_SPOOL_DIR to a writable folder of this worker alone',
  },
  'spool-corrupt': {
    retryable: false,
    fault: 'internal',
    meaning: 'a file of the spool does not hold what was written to it',
    action: 'check the disk; the file is kept in the folder `quarantine` of the spool',
  },
  'spool-newer': {
    retryable: false,
    fault: 'internal',
    meaning: 'the spool holds files of a later version of Reelay, which this one leaves alone',
    action: 'start the later version with this spool folder once, or move the files away',
  },
  'config-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'the configuration has faults',
    action: 'correct every variable that the message lists',
  },
  'stack-failed': {
    retryable: true,
    fault: 'internal',
    meaning: 'a server of the local stack did not start',
    action: 'read the log that the message names',
  },
  'tool-missing': {
    retryable: false,
    fault: 'internal',
    meaning: 'a program that the local stack needs can be neither found nor built',
    action: 'install what the message names',
  },
  ...TRANSCODE_ERRORS,
} as const satisfies Record<string, CatalogueEntry>;
