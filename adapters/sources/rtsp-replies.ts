const DOLLAR = 0x24;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** ffmpeg keeps no more of a line than this. */
const MAX_LINE_BYTES = 16_384;
/** Descriptions have some kilobytes. ffmpeg keeps lengths in 32 bits, so that it would see the end of a longer body elsewhere. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * What a server of RTSP says, without any redirect. It is read as ffmpeg reads it, and written anew: carriage returns are
 * nowhere of account, a line ends at a zero, a dollar at the beginning of a line starts a packet of media, and the last
 * length of a body holds. So nothing is left that the two could understand differently; a body that is too long is taken
 * for none. Call the result with each piece as it comes.
 */
export function createRtspReplies(onRedirect: () => void): (piece: Buffer) => Buffer {
  let line: number[] = [];
  let packetHead: number[] | undefined;
  /** Of a packet or a body: passed on as it is. */
  let untouched = 0;
  let bodyBytes = 0;
  let isInHead = false;

  return (piece) => {
    const out: Buffer[] = [];
    for (let at = 0; at < piece.length;) {
      if (untouched > 0) {
        const passed = piece.subarray(at, at + untouched);
        out.push(passed);
        untouched -= passed.length;
        at += passed.length;
        continue;
      }
      const byte = piece[at]!;
      at += 1;
      if (packetHead) {
        packetHead.push(byte);
        if (packetHead.length === 4) endPacketHead(packetHead, out);
      } else if (byte === DOLLAR && line.length === 0) packetHead = [byte];
      else if (byte === LINE_FEED) endLine(out);
      else if (byte !== CARRIAGE_RETURN && line.length < MAX_LINE_BYTES) line.push(byte);
    }
    return out.length === 1 ? out[0]! : Buffer.concat(out);
  };

  function endPacketHead(head: number[], out: Buffer[]): void {
    out.push(Buffer.from(head));
    untouched = (head[2]! << 8) | head[3]!;
    packetHead = undefined;
  }

  function endLine(out: Buffer[]): void {
    const [text = ''] = Buffer.from(line).toString('latin1').split('\0');
    line = [];
    if (text === '') {
      if (!isInHead) return;
      out.push(Buffer.from(bodyBytes > 0 ? `Content-Length: ${bodyBytes}\r\n\r\n` : '\r\n'));
      untouched = bodyBytes;
      bodyBytes = 0;
      isInHead = false;
      return;
    }
    isInHead = true;
    const [, length] = /^content-length:\s*\+?(\d+)/i.exec(text) ?? [];
    if (/^content-length:/i.test(text)) bodyBytes = bodyOf(length);
    else if (/^location:/i.test(text)) onRedirect();
    else out.push(Buffer.from(`${text}\r\n`, 'latin1'));
  }
}

function bodyOf(length = '0'): number {
  const bytes = Number(length);
  return bytes <= MAX_BODY_BYTES ? bytes : 0;
}
