import { fault } from '../../contracts/errors.js';
import { isBelow, placeOfAddress } from '../../contracts/object-address.js';

/**
 * Holds addresses of objects and of the web to those that are below one of `allow`, such as `s3://bucket/prefix/` or
 * `https://host/`; with none, every bucket and host may be asked. Files have folders of their own.
 */
export function allowInputs(allow: readonly string[]): (url: string) => void {
  return (url) => {
    if (allow.length === 0 || url.startsWith('file:') || allow.some((base) => isUnder(url, base))) return;
    throw fault('input-forbidden', `${url}: expected an address below one of REELAY_INPUTS_ALLOW`);
  };
}

function isUnder(url: string, base: string): boolean {
  const place = placeOfAddress(url);
  if (!place) return bare(url).startsWith(bare(base));
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(base) ?? [];
  return bucket === place.bucket && isBelow(place.key, prefix);
}

/** Without the name and password that may be in it, and without steps up. */
function bare(url: string): string {
  const plain = new URL(url);
  plain.username = plain.password = '';
  return plain.href;
}
