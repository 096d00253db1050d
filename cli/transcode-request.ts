import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defined } from '../contracts/defined.js';
import { fault } from '../contracts/errors.js';
import type { Parameters } from '../contracts/profile.js';
import type { AddressedRequest, TranscodeRequest } from '../contracts/transcode.js';

/** What a task is asked for on the command line. */
export interface RequestFlags {
  id?: string;
  tenant: string;
  /** A batch needs none where each line has its own. */
  profile?: string;
  output?: string;
  hidden?: boolean;
  remux?: NonNullable<TranscodeRequest['remux']>;
  priority?: number;
  /** Milliseconds. */
  deadline?: number;
  callback?: string;
  callbackSecret?: string;
  label: Record<string, string>;
  minSsim?: number;
  crf?: number;
  maxHeight?: number;
  maxrate?: number;
  preset?: NonNullable<Parameters['preset']>;
  gop?: number;
  audioBitrate?: number;
  thumbnails: boolean;
}

/** The request for one input; the same words make the same task, unless an id is given. */
export const requestOf = (input: string, flags: RequestFlags): AddressedRequest =>
  whole({ ...defaultsOf(flags), input: { url: urlOf(input) }, ...defined({ taskId: flags.id }) });

/** A line of a batch: an address, or a request as JSON whose fields go before the flags. */
export function requestOfLine(line: string, flags: RequestFlags): TranscodeRequest {
  if (!line.startsWith('{')) return requestOf(line, flags);
  const request = { ...defaultsOf(flags), ...parseLine(line) };
  const { input } = request;
  return whole({ ...request, input: typeof input === 'string' ? { url: urlOf(input) } : input });
}

type Unfinished = Partial<Omit<AddressedRequest, 'input'>> & { input?: AddressedRequest['input'] | undefined };

/** With the profile that it needs, and the id that it stands for. */
function whole(request: Unfinished): AddressedRequest {
  if (request.profile === undefined)
    throw fault('request-invalid', 'profile: expected one, by --profile or as a field of the line');
  return { ...request, taskId: request.taskId ?? taskIdOf(request) } as AddressedRequest;
}

function parseLine(line: string): Partial<TranscodeRequest> {
  try {
    return JSON.parse(line) as Partial<TranscodeRequest>;
  } catch (cause) {
    throw fault('request-invalid', `expected an address or a request as JSON: ${(cause as Error).message}`);
  }
}

function defaultsOf(flags: RequestFlags): Partial<Omit<AddressedRequest, 'taskId' | 'input'>> {
  const { tenant, profile, output, hidden, remux, priority, deadline, callback, callbackSecret, label, minSsim } =
    flags;
  const parameters = defined({
    crf: flags.crf,
    maxHeight: flags.maxHeight,
    maxrateKbps: flags.maxrate,
    preset: flags.preset,
    gopSeconds: flags.gop,
    audioBitrateKbps: flags.audioBitrate,
    thumbnails: flags.thumbnails ? undefined : false,
  });
  return {
    tenant,
    ...defined({ profile, remux, priority, minSsim, deadlineMs: deadline }),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(output !== undefined || hidden ? { output: defined({ prefix: output, isHidden: hidden }) } : {}),
    ...(callback === undefined ? {} : { callback: { url: callback, ...defined({ secret: callbackSecret }) } }),
    ...(Object.keys(label).length > 0 ? { labels: label } : {}),
  };
}

/** A file of this machine by its path, or any address. */
const urlOf = (input: string): string =>
  !/^[a-z][a-z0-9+.-]*:/i.test(input) && existsSync(input) ? pathToFileURL(resolve(input)).href : input;

function taskIdOf(request: Unfinished): string {
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 10);
  const path = /^[^?#]*/.exec(request.input?.url ?? '')?.[0] ?? '';
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const stem = file
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return stem === '' ? hash : `${stem}-${hash}`;
}
