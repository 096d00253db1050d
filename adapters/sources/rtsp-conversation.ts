import type { Login } from './login.js';
import type { SealedNames } from './sealed-names.js';
import { createRtspMessages, written, type RtspMessage } from './rtsp-messages.js';

export interface RtspStart {
  /** Of the relay, as ffmpeg has it: `rtsp://127.0.0.1:4711/6135`. */
  told: string;
  names: SealedNames;
  login: Login | undefined;
  /** To the source, beside what comes from ffmpeg. */
  send(bytes: Buffer): void;
  onRedirect(): void;
}

interface Sent extends RtspMessage {
  method: string;
  uri: string;
  /** The number that ffmpeg has given it. */
  sequence: string;
  isLoggingIn: boolean;
}

/** What servers leave without an answer is forgotten. */
const MAX_WAITING = 16;
const REQUEST = /^([A-Z_]{1,40}) (\S+) (RTSP\/\S+)$/;
const STATUS = /^RTSP\/\S+ (\d{3})/;
const SEQUENCE = /^cseq:\s*(\d{1,18})/i;
const ADDRESS = /[a-z]{1,10}:\/\/\S+/i;
const CONTROL = /^(a=control:[ \t]*)([a-z]{1,10}:\/\/[^\s\0]+)/gim;
const UNAUTHORIZED = 401;

/**
 * One connection between ffmpeg, which knows a source by a sealed name, and the server, which hears its own. The server is
 * asked under numbers of the relay, since a login takes a request more than ffmpeg has made. A redirect, which ffmpeg
 * would follow by itself, is taken out.
 */
export function createRtspConversation({ told, names, login, send, onRedirect }: RtspStart) {
  const waiting = new Map<number, Sent>();
  /** Of tracks: what ffmpeg has called them, by what they are. */
  const tracks = new Map<string, string>();
  let lastSequence = 0;

  return { toSource: createRtspMessages(asked), toPlayer: createRtspMessages(answered) };

  function asked(message: RtspMessage): RtspMessage {
    const [first = '', ...rest] = message.lines;
    const [, method = '', name = '', version = ''] = REQUEST.exec(first) ?? [];
    if (method === '') return message; // an answer to what the server asks
    const uri = meantBy(name);
    if (method === 'SETUP') tracks.set(uri, name);
    const sequence = rest.map((line) => SEQUENCE.exec(line)?.[1]).find((each) => each !== undefined) ?? '';
    const lines = [`${method} ${uri} ${version}`, ...rest.filter((line) => !SEQUENCE.test(line))];
    return numbered({ lines, body: message.body, method, uri, sequence, isLoggingIn: false });
  }

  function numbered(request: Sent): RtspMessage {
    lastSequence += 1;
    waiting.set(lastSequence, request);
    const [oldest] = waiting.keys();
    if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest);
    const [first = '', ...rest] = request.lines;
    const authorization = login?.answer(request);
    return {
      lines: [
        first,
        `CSeq: ${lastSequence}`,
        ...rest,
        ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
      ],
      body: request.body,
    };
  }

  function answered({ lines, body }: RtspMessage): RtspMessage | undefined {
    const sequence = Number(lines.map((line) => SEQUENCE.exec(line)?.[1]).find((each) => each !== undefined));
    const status = Number(STATUS.exec(lines[0] ?? '')?.[1]);
    const request = status > 0 ? waiting.get(sequence) : undefined;
    if (status >= 200) waiting.delete(sequence);
    if (request && status === UNAUTHORIZED && !request.isLoggingIn && login?.isAnswering(challengesIn(lines))) {
      send(written(numbered({ ...request, isLoggingIn: true })));
      return undefined;
    }
    return {
      lines: lines.flatMap((line) => heard(line, request)),
      body: lines.some((line) => /^content-type:\s*application\/sdp/i.test(line)) ? described(body) : body,
    };
  }

  function heard(line: string, request: Sent | undefined): string[] {
    if (/^location:/i.test(line)) {
      onRedirect();
      return [];
    }
    if (/^www-authenticate:/i.test(line)) return []; // The login is not ffmpeg's affair.
    if (request && SEQUENCE.test(line)) return [`CSeq: ${request.sequence}`];
    if (/^content-(?:base|location):/i.test(line))
      return [line.replace(ADDRESS, (address) => toldIn(told, { address, names }))];
    if (/^rtp-info:/i.test(line)) return [line.replace(/(?<=\burl=)[^;,\s]+/g, (url) => tracks.get(url) ?? url)];
    return [line];
  }

  /** Tracks may be named by whole addresses in a description. */
  function described(body: Buffer): Buffer {
    const rewritten = body.toString('latin1').replace(CONTROL, (_, what: string, address: string) => {
      return what + toldIn(told, { address, names });
    });
    return Buffer.from(rewritten, 'latin1');
  }

  function meantBy(name: string): string {
    if (!name.startsWith(`${told}/`)) return name;
    const [sealed = '', ...rest] = name.slice(told.length + 1).split(/(?=\/)/);
    const address = names.addressOf(sealed);
    return address === undefined ? name : address + rest.join('');
  }
}

/** ffmpeg appends a slash and the name of a track to a name, so that slashes at its end have to stay there. */
export function toldIn(told: string, { address, names }: { address: string; names: SealedNames }): string {
  let end = address.length;
  while (address[end - 1] === '/') end -= 1;
  return `${told}/${names.nameOf(address.slice(0, end))}${address.slice(end)}`;
}

const challengesIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^www-authenticate:\s*(.*)$/i.exec(line)?.[1] ?? []);
