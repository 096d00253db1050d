import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Names that stand for addresses. They tell nothing of them, and nobody else can make one. */
export interface SealedNames {
  nameOf(address: string): string;
  /** What a name stands for; undefined where it is none. */
  addressOf(name: string): string | undefined;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * An address is in its name, encrypted with a key that is nowhere but in this process: a live playlist names ever new
 * ones, and so nothing is kept for them. One address has one name, by which a player knows again what it has already.
 */
export function createSealedNames(): SealedNames {
  const key = randomBytes(32);
  const nonceKey = randomBytes(32);
  return {
    nameOf(address) {
      const nonce = createHmac('sha256', nonceKey).update(address).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      return Buffer.concat([nonce, cipher.update(address), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    addressOf(name) {
      const bytes = Buffer.from(name, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const address = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([address, decipher.final()]).toString();
      } catch {
        return undefined; // made by nobody, or by another process
      }
    },
  };
}
