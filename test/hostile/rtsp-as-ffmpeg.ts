/** The lines of heads that ffmpeg hears (`ff_rtsp_read_reply` of libavformat/rtsp.c, 5.1): a model, to hold a filter against. */
export function ffmpegHears(bytes: Buffer): string[] {
  const heard: string[] = [];
  let line = '';
  let bodyBytes = 0;
  let isFirst = true;
  for (let at = 0; at < bytes.length; at += 1) {
    const char = String.fromCharCode(bytes[at]!);
    if (char === '$' && line === '') {
      at += 3 + (bytes.length > at + 3 ? bytes.readUInt16BE(at + 2) : 0);
    } else if (char === '\n') {
      const [text = ''] = line.split('\0');
      line = '';
      if (text === '' && isFirst) continue;
      isFirst = text === '';
      if (text === '') {
        at += Math.max(0, bodyBytes);
        bodyBytes = 0;
      } else {
        heard.push(text);
        if (/^content-length:/i.test(text)) bodyBytes = lengthOf(text.slice('content-length:'.length));
      }
    } else if (char !== '\r') line += char;
  }
  return heard;
}

/** `strtol` into an `int`. */
function lengthOf(text: string): number {
  const digits = /^[ \t\v\f]*([+-]?\d+)/.exec(text)?.[1] ?? '0';
  const long = BigInt(digits);
  const most = 2n ** 63n - 1n;
  return Number(BigInt.asIntN(32, long > most ? most : long < -most ? -most : long));
}
