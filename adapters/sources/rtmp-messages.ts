/** Versions, times and random bytes of both sides: they are nobody's address. */
const HANDSHAKE_BYTES = 1 + 1536 + 1536;
const USUAL_CHUNK_BYTES = 128;
/** A player sends commands of some hundred bytes. */
const MAX_MESSAGE_BYTES = 65_536;
const MAX_CHANNELS = 64;
const SET_CHUNK_SIZE = 1;
const COMMAND = 20;
/** By the kind of a head: time, length and type, stream; each one leaves out more that is as before. */
const HEAD_BYTES = [11, 7, 3, 0] as const;
/** A time that takes four bytes more. */
const EXTENDED = 0xffffff;

/** What was last said on a channel, of which the next head leaves out what stays the same. */
interface Channel {
  id: number;
  kind: 0 | 1;
  time: number;
  extendedTime: Buffer;
  lengthBytes: number;
  type: number;
  stream: Buffer;
  /** Of the message that is under way. */
  chunks: Buffer[];
  gotBytes: number;
}

/**
 * What a player says over RTMP, with the body of each of its commands as `rewrite` has it. Messages are put together from
 * their chunks, which may be interleaved, and cut anew, each with a head that says its own length. Call the result with
 * each piece; it throws at what no player says.
 */
export function createRtmpMessages(rewrite: (command: Buffer) => Buffer): (piece: Buffer) => Buffer {
  const channels = new Map<number, Channel>();
  let handshakeLeft = HANDSHAKE_BYTES;
  let chunkBytes = USUAL_CHUNK_BYTES;
  let held: Buffer = Buffer.alloc(0);

  return (piece) => {
    const handshake = piece.subarray(0, handshakeLeft);
    handshakeLeft -= handshake.length;
    const out = [handshake];
    held = Buffer.concat([held, piece.subarray(handshake.length)]);
    for (let used; (used = readChunk(out)) > 0;) held = held.subarray(used);
    return Buffer.concat(out);
  };

  /** How many bytes a chunk takes; 0 as long as it is not there as a whole. */
  function readChunk(out: Buffer[]): number {
    const begin = beginOf(held);
    if (!begin) return 0;
    const { id, kind, headAt } = begin;
    const last = channels.get(id);
    const timeAt = headAt + HEAD_BYTES[kind];
    if (held.length < timeAt) return 0;
    const time = kind < 3 ? held.readUIntBE(headAt, 3) : (last?.time ?? 0);
    const bodyAt = time === EXTENDED ? timeAt + 4 : timeAt;
    const isContinued = kind === 3 && last !== undefined && last.gotBytes > 0;
    const lengthBytes = kind < 2 ? held.readUIntBE(headAt + 3, 3) : (last?.lengthBytes ?? 0);
    if (lengthBytes > MAX_MESSAGE_BYTES) throw new Error(`a message of RTMP has ${lengthBytes} bytes`);
    const end = bodyAt + Math.min(chunkBytes, lengthBytes - (isContinued ? last.gotBytes : 0));
    if (held.length < end) return 0;
    const channel: Channel = isContinued
      ? last
      : {
          id,
          kind: kind === 0 ? 0 : 1,
          time,
          extendedTime: held.subarray(timeAt, bodyAt),
          lengthBytes,
          type: kind < 2 ? held[headAt + 6]! : (last?.type ?? 0),
          stream: kind === 0 ? held.subarray(headAt + 7, timeAt) : (last?.stream ?? Buffer.alloc(4)),
          chunks: [],
          gotBytes: 0,
        };
    channels.set(id, channel);
    if (channels.size > MAX_CHANNELS) throw new Error('RTMP on more channels than a player has');
    channel.chunks.push(held.subarray(bodyAt, end));
    channel.gotBytes += end - bodyAt;
    if (channel.gotBytes === lengthBytes) endMessage(channel, out);
    return end;
  }

  function endMessage(channel: Channel, out: Buffer[]): void {
    const said = Buffer.concat(channel.chunks);
    out.push(...cut(channel, { body: channel.type === COMMAND ? rewrite(said) : said, chunkBytes }));
    if (channel.type === SET_CHUNK_SIZE && said.length >= 4) chunkBytes = Math.max(1, said.readUInt32BE() & 0x7fffffff);
    channel.chunks = [];
    channel.gotBytes = 0;
  }
}

function beginOf(bytes: Buffer): { id: number; kind: 0 | 1 | 2 | 3; headAt: number } | undefined {
  const [first = 0, second = 0, third = 0] = bytes;
  const low = first & 0x3f;
  const headAt = low > 1 ? 1 : low + 2;
  if (bytes.length < headAt) return undefined;
  const id = [64 + second, 64 + second + third * 256][low] ?? low;
  return { id, kind: (first >> 6) as 0 | 1 | 2 | 3, headAt };
}

function cut(
  { id, kind, time, extendedTime, type, stream }: Channel,
  { body, chunkBytes }: { body: Buffer; chunkBytes: number },
): Buffer[] {
  const head = Buffer.alloc(7);
  head.writeUIntBE(time, 0, 3);
  head.writeUIntBE(body.length, 3, 3);
  head[6] = type;
  const out = [begin(id, kind), head, ...(kind === 0 ? [stream] : []), extendedTime, body.subarray(0, chunkBytes)];
  for (let at = chunkBytes; at < body.length; at += chunkBytes)
    out.push(begin(id, 3), extendedTime, body.subarray(at, at + chunkBytes));
  return out;
}

function begin(id: number, kind: number): Buffer {
  const top = kind << 6;
  if (id < 64) return Buffer.from([top | id]);
  if (id < 320) return Buffer.from([top, id - 64]);
  return Buffer.from([top | 1, (id - 64) & 0xff, (id - 64) >> 8]);
}
