import { createHash, randomBytes } from 'node:crypto';

/** Logs in at a server with the name and password of an address, by Basic or Digest, as RTSP and HTTP have it. */
export interface Login {
  /** Learns what the server asks for; false where it asks for nothing that there is an answer to. */
  isAnswering(challenges: readonly string[]): boolean;
  /** The value of `Authorization`; undefined as long as nothing was asked for. */
  answer(request: { method: string; uri: string }): string | undefined;
}

interface Challenge {
  scheme: string;
  fields: Record<string, string>;
}

/** Longer ones are made to keep somebody busy. */
const MAX_CHALLENGE_CHARS = 4096;
const PART = /([\w-]{1,100})[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'MD5-SESS': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-SESS': 'sha256',
};

/** Undefined where the address has no login. */
export function createLogin(url: Pick<URL, 'username' | 'password'>): Login | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const [user, password] = [decoded(url.username), decoded(url.password)];
  let challenge: Challenge | undefined;
  let answers = 0;

  return {
    isAnswering(challenges) {
      const [best] = challenges
        .flatMap(challengesOf)
        .filter((each) => strengthOf(each) > 0)
        .sort((one, other) => strengthOf(other) - strengthOf(one));
      if (best) challenge = best;
      answers = 0;
      return best !== undefined;
    },
    answer(request) {
      if (!challenge) return undefined;
      if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      answers += 1;
      return digest(request, { user, password, fields: challenge.fields, count: answers });
    },
  };
}

/** One header may have several challenges, with nothing but their names to tell where each begins. */
function challengesOf(header: string): Challenge[] {
  const found: Challenge[] = [];
  for (const [part, name = '', inQuotes, bare] of header.slice(0, MAX_CHALLENGE_CHARS).matchAll(PART)) {
    const value = inQuotes?.replaceAll(/\\(.)/g, '$1') ?? bare;
    const last = found.at(-1);
    if (value === undefined && !part.includes('=')) found.push({ scheme: name.toLowerCase(), fields: {} });
    else if (last) last.fields[name.toLowerCase()] = value ?? '';
  }
  return found;
}

/** 0 is what there is no answer to. */
function strengthOf({ scheme, fields }: Challenge): number {
  if (scheme === 'basic') return 1;
  if (scheme !== 'digest' || (fields['qop'] !== undefined && !offersAuth(fields['qop']))) return 0;
  const hash = hashOf(fields);
  if (hash === undefined) return 0;
  return hash === 'sha256' ? 3 : 2;
}

interface DigestStart {
  user: string;
  password: string;
  fields: Record<string, string>;
  count: number;
}

/** RFC 7616, and RFC 2069 where the server knows no `qop`. */
function digest(
  { method, uri }: { method: string; uri: string },
  { user, password, fields, count }: DigestStart,
): string {
  const { realm = '', nonce = '', opaque, qop, algorithm } = fields;
  const hash = (text: string): string =>
    createHash(hashOf(fields) ?? 'md5')
      .update(text)
      .digest('hex');
  const cnonce = randomBytes(8).toString('hex');
  const nc = count.toString(16).padStart(8, '0');
  const secret = hash(`${user}:${realm}:${password}`);
  const session = /-sess$/i.test(algorithm ?? '') ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const asked = hash(`${method}:${uri}`);
  const response = hash(
    qop === undefined ? `${session}:${nonce}:${asked}` : `${session}:${nonce}:${nc}:${cnonce}:auth:${asked}`,
  );
  return [
    `Digest username=${quoted(user)}, realm=${quoted(realm)}, nonce=${quoted(nonce)}, uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=auth, nc=${nc}, cnonce="${cnonce}"`]),
  ].join(', ');
}

const hashOf = ({ algorithm = 'MD5' }: Record<string, string>): string | undefined => HASHES[algorithm.toUpperCase()];

const offersAuth = (qop: string): boolean => qop.split(',').some((each) => each.trim().toLowerCase() === 'auth');

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** As it is where it is not percent-encoded well. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
