import assert from 'node:assert/strict';
import { createRtspConversation } from '../../../adapters/sources/rtsp-conversation.js';
import { createSealedNames } from '../../../adapters/sources/sealed-names.js';

const PACKET = Buffer.from([0x24, 0, 0, 12, ...Buffer.from('\nLocation: x')]);
const text = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
const OK = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n';

interface Case {
  what: string;
  says: Buffer;
  heard: Buffer;
  redirects?: number;
}

const CASES: Case[] = [
  { what: 'a plain answer', says: text(OK, '\r\n'), heard: text(OK, '\r\n') },
  {
    what: 'a body of the length that is told',
    says: text(OK, 'Content-Length: 14\r\n\r\nLocation: x\r\n\n', OK, '\r\n'),
    heard: text(OK, 'Content-Length: 14\r\n\r\nLocation: x\r\n\n', OK, '\r\n'),
  },
  { what: 'packets of media', says: text(PACKET, OK, '\r\n', PACKET), heard: text(PACKET, OK, '\r\n', PACKET) },
  {
    what: 'a redirect',
    says: text('RTSP/1.0 302 Found\r\nLocation: rtsp://10.0.0.1/\r\n\r\n'),
    heard: text('RTSP/1.0 302 Found\r\n\r\n'),
    redirects: 1,
  },
  ...['4294967297', '99999999999999999999'].map((length) => ({
    what: `a redirect behind a body of ${length} bytes, which ffmpeg counts in 32 bits`,
    says: text(OK, `Content-Length: ${length}\r\n\r\n`, 'RTSP/1.0 302 Found\r\nLocation: rtsp://10.0.0.1/\r\n\r\n'),
    heard: text(OK, '\r\n', 'RTSP/1.0 302 Found\r\n\r\n'),
    redirects: 1,
  })),
  {
    what: 'a redirect behind carriage returns',
    says: text('RTSP/1.0 302 Found\nLo\rcat\r\rion: rtsp://10.0.0.1/\n\n'),
    heard: text('RTSP/1.0 302 Found\r\n\r\n'),
    redirects: 1,
  },
  {
    what: 'a redirect behind a packet within the head',
    says: text('RTSP/1.0 302 Found\r\n', PACKET, 'LOCATION: rtsp://10.0.0.1/\r\n\r\n'),
    // A message is held to its end, a packet is not.
    heard: text(PACKET, 'RTSP/1.0 302 Found\r\n\r\n'),
    redirects: 1,
  },
  {
    what: 'a redirect behind a body that ends early',
    says: text(OK, 'Content-Length: 99\r\nContent-Length: 2\r\n\r\nxx', 'RTSP/1.0 302 Found\r\nLocation: r\r\n\r\n'),
    heard: text(OK, 'Content-Length: 2\r\n\r\nxx', 'RTSP/1.0 302 Found\r\n\r\n'),
    redirects: 1,
  },
  {
    what: 'a redirect behind a line that a zero ends',
    says: text('RTSP/1.0 302 Found\r\n\0x\r\nLocation: r\r\n\r\n'),
    heard: text('RTSP/1.0 302 Found\r\n\r\n\r\n'),
    redirects: 1,
  },
];

describe('what a server of RTSP says', () => {
  for (const { what, says, heard, redirects = 0 } of CASES) {
    for (const size of [says.length, 1, 7]) {
      it(`is heard without redirects: ${what}, in pieces of ${size}`, () => {
        let found = 0;
        const { toPlayer } = createRtspConversation({
          told: 'rtsp://127.0.0.1:1/mark',
          names: createSealedNames(),
          login: undefined,
          send: () => assert.fail('nothing was asked'),
          onRedirect: () => (found += 1),
        });
        const pieces = [];
        for (let at = 0; at < says.length; at += size) pieces.push(toPlayer(says.subarray(at, at + size)));
        assert.equal(Buffer.concat(pieces).toString('latin1'), heard.toString('latin1'));
        assert.equal(found, redirects);
      });
    }
  }
});
