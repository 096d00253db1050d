const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995;
const R = 24;

/** The partition of a key as Kafka's own clients choose it, so that every producer keeps a stream on one partition. */
export const partitionOf = (key: string | Buffer, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

/** https://github.com/apache/kafka/blob/4.1.1/clients/src/main/java/org/apache/kafka/common/utils/Utils.java */
function murmur2(data: Buffer): number {
  const wholeBytes = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < wholeBytes; at += 4) {
    const word = Math.imul(data.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> R), M);
  }
  if (wholeBytes < data.length) {
    for (let at = wholeBytes; at < data.length; at += 1) hash ^= data.readUInt8(at) << (8 * (at - wholeBytes));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
