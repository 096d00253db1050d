const DOLLAR = 0x24;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const PACKET_HEAD_BYTES = 4;
/** ffmpeg keeps no more of a line than this. */
const MAX_LINE_BYTES = 16_384;
const MAX_HEAD_BYTES = 65_536;
/** Descriptions have some kilobytes. ffmpeg keeps lengths in 32 bits, so that it would see the end of a longer body elsewhere. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A request or an answer, without its length. */
export interface RtspMessage {
  lines: string[];
  body: Buffer;
}

/**
 * What one side of RTSP says, with each of its messages as `rewrite` has it, or without it. It is read as ffmpeg reads it,
 * and written anew: carriage returns are nowhere of account, a line ends at a zero, a dollar at the beginning of a line
 * starts a packet of media, and the last length of a body holds. So nothing is left that the two could understand
 * differently; a body that is too long is taken for none. Packets pass as they come, and are not copied where nothing
 * else comes with them. Call the result with each piece; it throws at a head without an end.
 */
export function createRtspMessages(
  rewrite: (message: RtspMessage) => RtspMessage | undefined,
): (piece: Buffer) => Buffer {
  let line: number[] = [];
  let lines: string[] = [];
  let isInHead = false;
  let headBytes = 0;
  let bodyBytes = 0;
  /** What has come of a body, and what has not. */
  let body: Buffer[] = [];
  let bodyLeft = 0;
  let packetHead: number[] | undefined;
  let packetLeft = 0;

  return (piece) => {
    const out: Buffer[] = [];
    let passedFrom = 0;
    for (let at = 0; at < piece.length;) {
      const passed = ofPacket(piece, at);
      if (passed === 0) {
        out.push(piece.subarray(passedFrom, at));
        at += bodyLeft > 0 ? readBody(piece.subarray(at), out) : readHead(piece[at]!, out);
        passedFrom = at;
      } else at += passed;
    }
    const parts = [...out, piece.subarray(passedFrom)].filter(({ length }) => length > 0);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  };

  /** How many bytes from here on are of a packet. */
  function ofPacket(piece: Buffer, at: number): number {
    if (packetLeft > 0) {
      const passed = Math.min(packetLeft, piece.length - at);
      packetLeft -= passed;
      return passed;
    }
    if (packetHead) {
      packetHead.push(piece[at]!);
      if (packetHead.length === PACKET_HEAD_BYTES) {
        packetLeft = (packetHead[2]! << 8) | packetHead[3]!;
        packetHead = undefined;
      }
      return 1;
    }
    if (piece[at] !== DOLLAR || line.length > 0 || bodyLeft > 0) return 0;
    packetHead = [DOLLAR];
    return 1;
  }

  function readBody(rest: Buffer, out: Buffer[]): number {
    const held = rest.subarray(0, bodyLeft);
    body.push(held);
    bodyLeft -= held.length;
    if (bodyLeft === 0) endMessage(out);
    return held.length;
  }

  function readHead(byte: number, out: Buffer[]): number {
    headBytes += 1;
    if (headBytes > MAX_HEAD_BYTES) throw new Error('a head of RTSP has no end');
    if (byte === LINE_FEED) endLine(out);
    else if (byte !== CARRIAGE_RETURN && line.length < MAX_LINE_BYTES) line.push(byte);
    return 1;
  }

  function endLine(out: Buffer[]): void {
    const [text = ''] = Buffer.from(line).toString('latin1').split('\0');
    line = [];
    if (text !== '') {
      const [, length] = /^content-length:\s*\+?(\d+)/i.exec(text) ?? [];
      if (/^content-length:/i.test(text)) bodyBytes = bodyOf(length);
      else lines.push(text);
      isInHead = true;
    } else if (isInHead) {
      isInHead = false;
      bodyLeft = bodyBytes;
      if (bodyLeft === 0) endMessage(out);
    } else headBytes = 0;
  }

  function endMessage(out: Buffer[]): void {
    const message = rewrite({ lines, body: Buffer.concat(body) });
    if (message) out.push(written(message));
    [lines, body, headBytes, bodyBytes] = [[], [], 0, 0];
  }
}

/** A message as it goes over the wire. */
export function written({ lines, body }: RtspMessage): Buffer {
  const all = body.length > 0 ? [...lines, `Content-Length: ${body.length}`] : lines;
  return Buffer.concat([Buffer.from([...all.map((line) => `${line}\r\n`), '\r\n'].join(''), 'latin1'), body]);
}

function bodyOf(length = '0'): number {
  const bytes = Number(length);
  return bytes <= MAX_BODY_BYTES ? bytes : 0;
}
