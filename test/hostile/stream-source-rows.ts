import {
  endlessly,
  OK,
  say,
  sayAndLeave,
  type Answer,
  type Asked,
  type Bytes,
  type SourceRow,
} from './hostile-server.js';

const FLV = Buffer.from('464c5601050000000900000000', 'hex');
const flvTag = (type: number, body: Buffer, { sizeBytes = body.length, before = 11 + body.length } = {}): Buffer => {
  const head = Buffer.alloc(11);
  head[0] = type;
  head.writeUIntBE(sizeBytes, 1, 3);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(before);
  return Buffer.concat([head, body, end]);
};
/** `onMetaData` with an object in an object, and so on. */
const nested = (depth: number): Buffer =>
  Buffer.concat([
    Buffer.from('02000a6f6e4d65746144617461', 'hex'),
    ...Array<Buffer>(depth).fill(Buffer.from('03000161', 'hex')),
  ]);
const RTMP_GREETING = Buffer.concat([Buffer.from([3]), Buffer.alloc(3072, 1)]);
const rtmpMessage = (type: number, body: Buffer, sizeBytes = body.length): Buffer => {
  const head = Buffer.alloc(12);
  head[0] = 2;
  head.writeUIntBE(sizeBytes, 4, 3);
  head[7] = type;
  return Buffer.concat([head, body]);
};
const rtsp =
  (answer: (asked: Asked & { method: string; sequence: string }) => Bytes): Answer =>
  (socket, asked) => {
    const reply = (request: string): void => {
      const [, method = ''] = /^([A-Z_]+) /.exec(request) ?? [];
      const [, sequence = '1'] = /CSeq: (\d+)/.exec(request) ?? [];
      socket.write(answer({ ...asked, method, sequence }));
    };
    socket.on('data', (piece: Buffer) => reply(piece.toString('latin1')));
    reply(asked.request);
  };
const rtspOk = (sequence: string, ...lines: string[]): string =>
  [`RTSP/1.0 200 OK`, `CSeq: ${sequence}`, ...lines, '', ''].join('\r\n');
const described = (sequence: string, sdp: string, ...lines: string[]): string =>
  rtspOk(sequence, 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`, ...lines) + sdp;

export const FLVS: SourceRow[] = [
  {
    name: 'a tag of 16 MB',
    answer: endlessly(
      Buffer.concat([Buffer.from(OK), FLV, flvTag(9, Buffer.from([0x17, 1]), { sizeBytes: 0xffffff })]),
      Buffer.alloc(65_536, 0xff),
    ),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'tags that lie of the ones before',
    answer: endlessly(
      Buffer.concat([Buffer.from(OK), FLV]),
      flvTag(9, Buffer.from('170000000001', 'hex'), { before: 0xffffffff }),
    ),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'objects in objects 100,000 deep',
    answer: sayAndLeave(OK, FLV, flvTag(18, nested(100_000))),
    code: 'source-failed',
  },
  {
    name: 'empty tags without an end',
    answer: endlessly(
      Buffer.concat([Buffer.from(OK), FLV]),
      Buffer.concat(Array<Buffer>(999).fill(flvTag(8, Buffer.alloc(0)))),
    ),
    isEndless: true,
    code: 'source-unreachable',
  },
];

export const RTMPS: SourceRow[] = [
  { name: 'a close in the greeting', answer: sayAndLeave(RTMP_GREETING.subarray(0, 1000)), code: 'source-unreachable' },
  {
    name: 'a greeting of another version',
    answer: say(Buffer.alloc(3073, 0xff)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'chunks of 2 GB',
    answer: endlessly(
      Buffer.concat([
        RTMP_GREETING,
        rtmpMessage(1, Buffer.from('7fffffff', 'hex')),
        rtmpMessage(20, Buffer.alloc(0), 0xffffff),
      ]),
      Buffer.alloc(65_536),
    ),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'chunks of no bytes',
    answer: endlessly(Buffer.concat([RTMP_GREETING, rtmpMessage(1, Buffer.alloc(4))]), Buffer.alloc(65_536)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'bytes at random without an end',
    answer: endlessly(RTMP_GREETING, Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 7919) % 251))),
    isEndless: true,
    code: 'source-unreachable',
  },
];

export const RTSPS: SourceRow[] = [
  {
    name: 'a line without an end',
    answer: endlessly('RTSP/1.0 200 OK\r\nx: ', Buffer.alloc(65_536, 97)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a head without an end',
    answer: endlessly('RTSP/1.0 200 OK\r\n', 'x: y\r\n'.repeat(9999)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'packets before any answer, without an end',
    answer: endlessly('', Buffer.concat([Buffer.from('24000400', 'hex'), Buffer.alloc(1024)])),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a login that is asked for again and again',
    answer: rtsp(({ sequence }) => `RTSP/1.0 401 No\r\nCSeq: ${sequence}\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n`),
    code: 'source-refused',
  },
  {
    name: 'a description of 40,000 tracks',
    answer: rtsp(({ method, sequence }) =>
      method === 'DESCRIBE'
        ? described(sequence, `v=0\r\n${'m=video 0 RTP/AVP 96\r\n'.repeat(40_000)}`)
        : rtspOk(sequence),
    ),
    code: 'source-failed',
  },
  {
    name: 'a track inside the network',
    answer: rtsp(({ method, sequence, canary }) =>
      method === 'DESCRIBE'
        ? described(
            sequence,
            `v=0\r\nc=IN IP4 127.0.0.2\r\nm=video ${canary.port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://${canary.address}/x\r\n`,
            `Content-Base: rtsp://${canary.address}/`,
          )
        : method === 'SETUP'
          ? `RTSP/1.0 302 Found\r\nCSeq: ${sequence}\r\nLocation: rtsp://${canary.address}/x\r\n\r\n`
          : rtspOk(sequence),
    ),
    code: 'source-address-forbidden',
  },
];
