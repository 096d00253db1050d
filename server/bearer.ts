import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The name of the sender of this `Authorization`; undefined where it holds no token that is known. All tokens are
 * compared, in a time that tells nothing of them.
 */
export function bearerOf(header: string | undefined, tokens: Readonly<Record<string, string>>): string | undefined {
  const given = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(header ?? '')?.[1];
  const found = Object.entries(tokens).filter(([, token]) => timingSafeEqual(digest(token), digest(given ?? '')));
  return given === undefined ? undefined : found[0]?.[0];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
