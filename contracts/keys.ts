import { RESERVED, type StreamRef, type TaskRef } from './ids.js';
import { JPEG, PICTURE_TYPES, suffixOf, type PictureType } from './picture.js';
import { slotAt, type Span } from './slots.js';
import type { Size } from './stream.js';

export interface SessionRef extends StreamRef {
  sessionId: string;
}

/** Object keys: made of what is captured, never of an attempt or a clock, so that writing twice writes the same. */
export const sessionPrefix = ({ tenant, streamId, sessionId }: SessionRef): string =>
  `${tenant}/frames/${streamId}/${sessionId}/`;

export function frameKey(
  session: SessionRef,
  { slotMs, size, type = JPEG }: { slotMs: number; size?: Size | undefined; type?: PictureType },
): string {
  const variant = size ? `_${size.width}x${size.height}` : '';
  return `${hourPrefix(session, slotMs)}${slotMs}${variant}${suffixOf(type)}`;
}

/** All frames of an hour: listing them costs a request for each thousand, however long the session was. */
export function hourPrefix(session: SessionRef, slotMs: number): string {
  const hour = new Date(slotMs).toISOString();
  return `${sessionPrefix(session)}${hour.slice(0, 10)}/${hour.slice(11, 13)}/`;
}

const HOUR_MS = 3_600_000;

/** The hours that a span touches: what a listing of it has to look through. */
export function hourPrefixes(session: SessionRef, { fromMs, untilMs }: Span): string[] {
  const prefixes: string[] = [];
  for (let hourMs = slotAt(fromMs, HOUR_MS); hourMs < untilMs; hourMs += HOUR_MS)
    prefixes.push(hourPrefix(session, hourMs));
  return prefixes;
}

const FRAME_KEY = new RegExp(
  `/(\\d+)(?:_(\\d+x\\d+))?(?:${PICTURE_TYPES.map((type) => suffixOf(type).replace('.', '\\.')).join('|')})$`,
);

/** The slot that the key of a frame, or of a variant of it, stands for; undefined where it is none. */
export function slotOfKey(key: string): number | undefined {
  const slotMs = FRAME_KEY.exec(key)?.[1];
  return slotMs === undefined ? undefined : Number(slotMs);
}

/** The size in the key of a variant, such as `640x360`; undefined for the frame itself. */
export const variantOfKey = (key: string): string | undefined => FRAME_KEY.exec(key)?.[2];

/** One key for a stream, whatever the format of its pictures becomes: their content type says it. */
export const latestKey = ({ tenant, streamId }: StreamRef): string => `${tenant}/latest/${streamId}${suffixOf(JPEG)}`;

export const ledgerPrefix = ({ tenant, streamId, sessionId }: SessionRef): string =>
  `${tenant}/ledger/${streamId}/${sessionId}/`;

export const ledgerKey = (session: SessionRef, epoch: number): string => `${ledgerPrefix(session)}${epoch}.json`;

export const sessionLedgerKey = (session: SessionRef): string => `${ledgerPrefix(session)}session.json`;

/** Tells the parts of a ledger from its sealed account. */
export const isPartKey = (key: string): boolean => /\/\d+\.json$/.test(key);

/** What a task has made so far and nobody is to see; removed when it is done, and by the janitor when it never is. */
export const workPrefix = ({ tenant, taskId }: TaskRef): string => `${WORK}${tenant}/${taskId}/`;

/** The work of all tenants, so that the janitor need not look through what is published. */
export const WORK = `${RESERVED.work}/`;

/** The work of a task with one version of its input by one recipe. */
export interface UnitRef extends TaskRef {
  unit: string;
}

/** The unit that a key below `WORK` is a piece of. */
export function unitOfWorkKey(key: string): UnitRef | undefined {
  const [, tenant, taskId, unit] = /^transcode-work\/([^/]+)\/([^/]+)\/([^/]+)\//.exec(key) ?? [];
  return tenant === undefined || taskId === undefined || unit === undefined ? undefined : { tenant, taskId, unit };
}

/** The same input and recipe have the same unit: work of another version of the input is never taken for this one's. */
export const unitPrefix = (task: TaskRef, unit: string): string => `${workPrefix(task)}${unit}/`;

export const planKey = (task: TaskRef, unit: string): string => `${unitPrefix(task, unit)}plan.json`;

export const chunkKey = (
  task: TaskRef,
  { unit, rendition, index }: { unit: string; rendition: string; index: number },
): string => `${unitPrefix(task, unit)}${rendition}/${String(index).padStart(5, '0')}.mp4`;

export const audioKey = (task: TaskRef, unit: string): string => `${unitPrefix(task, unit)}audio.m4a`;

export const taskLogPrefix = ({ tenant, taskId }: TaskRef): string => `${tenant}/transcode-logs/${taskId}/`;

/** Says that a task was given up, for as long as its logs are kept. */
export const failureKey = (task: TaskRef): string => `${taskLogPrefix(task)}failed.json`;

export const defaultOutputPrefix = ({ tenant, taskId }: TaskRef): string => `${tenant}/transcodes/${taskId}`;

export const manifestKey = (outputPrefix: string): string => `${outputPrefix}/manifest.json`;

/** Outputs of another unit have other keys, so that none is ever replaced under a reader. */
export const outputKey = (outputPrefix: string, { unit, path }: { unit: string; path: string }): string =>
  `${outputPrefix}/${unit}/${path}`;

/** Where Reelay writes below a tenant, and beside all tenants. */
const TENANT_FOLDERS = new Set(['frames', 'latest', 'ledger', 'transcodes', 'transcode-logs']);
const SHARED_FOLDERS = new Set(['transcode-work', 'profiles']);

/** Whether a key is where Reelay writes for another tenant, or for itself. */
export function isOthersKey(key: string, tenant: string): boolean {
  const [first = '', second = ''] = key.split('/');
  return SHARED_FOLDERS.has(first) || (first !== tenant && TENANT_FOLDERS.has(second));
}

/** The keys of all profiles, or of the versions of one, begin so. */
export const profilePrefix = (name?: string): string => `${RESERVED.profiles}/${name === undefined ? '' : `${name}/`}`;

export const profileKey = ({ name, version }: { name: string; version: number }): string =>
  `${RESERVED.profiles}/${name}/${version}.json`;
