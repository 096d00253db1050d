/** An object of a bucket. */
export interface ObjectPlace {
  bucket: string;
  key: string;
}

/** `s3://bucket/key` with what is not plain in the key escaped; keys that Reelay makes itself have nothing to escape. */
export const objectAddress = ({ bucket, key }: ObjectPlace): string =>
  `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;

/**
 * What such an address names; undefined where it is none. A key may also be written as it is: what is no escape stands
 * for itself, a question mark and a hash too, since an object has no query.
 */
export function placeOfAddress(address: string): ObjectPlace | undefined {
  const [, bucket, path] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(address) ?? [];
  return bucket === undefined || path === undefined ? undefined : { bucket, key: unescaped(path) };
}

/** The key in a store whose addresses begin with `root`, escaped or not; undefined where it is elsewhere. */
export function keyBelow(root: string, address: string): string | undefined {
  const [base, whole] = [unescaped(root), unescaped(address)];
  return whole.startsWith(base) && whole !== base ? whole.slice(base.length) : undefined;
}

/** A key without the steps by which some servers climb out of a folder, below a prefix. */
export const isBelow = (key: string, prefix: string): boolean =>
  key.startsWith(prefix) && !key.split('/').some((step) => step === '.' || step === '..');

const unescaped = (path: string): string => path.split('/').map(unescapedStep).join('/');

function unescapedStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step; // written as it is
  }
}
