import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isNetwork } from '../adapters/network/networks.js';
import { parseDuration } from '../contracts/duration.js';

/*
 * What a setting may be. Each takes the text of an environment variable as well as the value of a JSON file, and says in
 * one phrase what it expects.
 */
export type StoreLocation = { kind: 's3'; bucket: string; prefix: string } | { kind: 'file'; folder: string };
export type EventLogLocation = { kind: 'kafka'; brokers: string[] } | { kind: 'file'; folder: string };

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const BROKER = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;

export const wholeNumber = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  const number = z.int(expected).min(least, expected).max(most, expected);
  return z.preprocess((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value), number);
};

export const yesOrNo = () =>
  z.preprocess(
    (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
    z.boolean('expected true or false'),
  );

export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `expected one of ${words.join(', ')}`);

export const text = (expected: string, pattern = /./) => z.string(expected).regex(pattern, expected);

/** Milliseconds of `90s`, `1h` and the like. */
export const duration = (least: string) =>
  parsed((value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= (parseDuration(least) ?? 0) ? ms : undefined;
  }, `expected a duration of at least ${least}, such as 90s or 1h`);

/** The same, or none at all. */
export const durationOrOff = () =>
  parsed((value) => (value.trim() === 'off' ? 'off' : parseDuration(value)), 'expected a duration such as 10s, or off');

/** A path, made absolute against the working folder. */
export const filePath = (expected: string) => text(expected).transform((value) => path.resolve(value));

/** Absolute paths with commas between them, or a JSON array of them. */
export const folderList = () =>
  list('expected absolute paths with commas between them', (folder) =>
    path.isAbsolute(folder) ? path.resolve(folder) : undefined,
  );

/** Addresses with a slash at their end, so that `s3://a/in` is no way into `s3://a/internal`. */
export const addressList = () =>
  list('expected addresses such as s3://bucket/prefix/ or https://host/, with commas between them', (address) => {
    const isUsable = /^(?:s3|https?):\/\/[^/\s]+(?:\/|$)/.test(address) && URL.canParse(address);
    return isUsable ? address.replace(/\/*$/, '/') : undefined;
  });

const list = (expected: string, parse: (text: string) => string | undefined) =>
  z.preprocess(listOf, z.array(parsed(parse, expected), expected));

/** Ranges of addresses with commas between them, or a JSON array of them. */
export const networkList = () => {
  const expected = 'expected networks such as 10.0.0.0/8 with commas between them';
  return z.preprocess(listOf, z.array(z.string(expected).refine(isNetwork, expected), expected));
};

export const storeLocation = () => parsed(parseStore, 'expected s3://bucket/prefix or file:///folder');

export const eventLogLocation = () =>
  parsed(parseEvents, 'expected kafka:// and brokers as host:port,host:port, or file:///folder');

export const httpUrl = (expected: string) =>
  text(expected).refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), expected);

/** `host:port`; a host may be an IPv6 address in brackets. */
export const listenAddress = (expected: string) =>
  parsed((value) => {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value) ?? [];
    const host = bracketed ?? plain;
    return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
  }, expected);

/** An object of texts, as JSON or in the file as it is. */
export const textsByName = (expected: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? jsonOf(value) : value),
    z.record(z.string(), z.string().min(1), expected),
  );

const listOf = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    : value;

function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value; // which is no object
  }
}

function parsed<T>(parse: (value: string) => T | undefined, expected: string) {
  return z.string(expected).transform((value, context) => {
    const found = parse(value);
    if (found !== undefined) return found;
    context.addIssue(expected);
    return z.NEVER;
  });
}

function parseStore(value: string): StoreLocation | undefined {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(value) ?? [];
  if (!BUCKET.test(bucket)) return parseFolder(value);
  const segments = prefix.replace(/\/$/, '').split('/');
  const isUsable = prefix === '' || segments.every((segment) => !['', '.', '..'].includes(segment));
  return isUsable ? { kind: 's3', bucket, prefix: segments.join('/') } : undefined;
}

function parseEvents(value: string): EventLogLocation | undefined {
  if (!value.startsWith('kafka://')) return parseFolder(value);
  const brokers = value.slice('kafka://'.length).replace(/\/$/, '').split(',');
  const isUsable = brokers.every((broker) => {
    const port = Number(BROKER.exec(broker)?.[1]);
    return port >= 1 && port <= 65_535;
  });
  return isUsable ? { kind: 'kafka', brokers } : undefined;
}

function parseFolder(value: string): { kind: 'file'; folder: string } | undefined {
  if (!value.startsWith('file:///') || !URL.canParse(value)) return undefined;
  try {
    return { kind: 'file', folder: path.resolve(fileURLToPath(value)) };
  } catch {
    return undefined; // an encoded slash, say
  }
}
