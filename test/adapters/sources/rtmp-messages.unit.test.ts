import assert from 'node:assert/strict';
import { createRtmpMessages } from '../../../adapters/sources/rtmp-messages.js';

const COMMAND = 20;
const HANDSHAKE = Buffer.alloc(3073, 7);

/** A message of kind 0 on a channel, in chunks. */
function message(body: Buffer, { channel = 3, type = COMMAND, chunkBytes = 128, time = 0 } = {}): Buffer {
  const head = Buffer.alloc(11);
  head.writeUIntBE(Math.min(time, 0xffffff), 0, 3);
  head.writeUIntBE(body.length, 3, 3);
  head[6] = type;
  const extended = Buffer.alloc(time >= 0xffffff ? 4 : 0);
  if (extended.length > 0) extended.writeUInt32BE(time);
  const out = [basic(channel, 0), head, extended, body.subarray(0, chunkBytes)];
  for (let at = chunkBytes; at < body.length; at += chunkBytes)
    out.push(basic(channel, 3), extended, body.subarray(at, at + chunkBytes));
  return Buffer.concat(out);
}

const basic = (channel: number, kind: number): Buffer =>
  channel < 64
    ? Buffer.from([(kind << 6) | channel])
    : channel < 320
      ? Buffer.from([kind << 6, channel - 64])
      : Buffer.from([(kind << 6) | 1, (channel - 64) & 0xff, (channel - 64) >> 8]);

const filled = (length: number, byte: number): Buffer => Buffer.alloc(length, byte);
const small = (body: Buffer): Buffer => message(body);

interface Case {
  what: string;
  says: Buffer[];
  heard: Buffer[];
}

/** Each command is heard as 300 bytes of 9. */
const REWRITTEN = filled(300, 9);

const CASES: Case[] = [
  { what: 'a command', says: [small(filled(20, 1))], heard: [small(REWRITTEN)] },
  { what: 'a command in chunks', says: [small(filled(400, 1))], heard: [small(REWRITTEN)] },
  {
    what: 'what is no command',
    says: [message(filled(400, 1), { type: 8 }), message(Buffer.alloc(0), { type: 4 })],
    heard: [message(filled(400, 1), { type: 8 }), message(Buffer.alloc(0), { type: 4 })],
  },
  ...[63, 64, 319, 320, 65_599].map((channel) => ({
    what: `a command on channel ${channel}`,
    says: [message(filled(150, 1), { channel })],
    heard: [message(REWRITTEN, { channel })],
  })),
  {
    what: 'a time of four bytes',
    says: [message(filled(300, 1), { time: 0x1000000 })],
    heard: [message(REWRITTEN, { time: 0x1000000 })],
  },
  {
    what: 'another size of chunks',
    says: [message(Buffer.from([0, 0, 1, 0]), { channel: 2, type: 1 }), message(filled(300, 1), { chunkBytes: 256 })],
    heard: [message(Buffer.from([0, 0, 1, 0]), { channel: 2, type: 1 }), message(REWRITTEN, { chunkBytes: 256 })],
  },
  {
    what: 'heads that leave out what is as before',
    says: [small(filled(20, 1)), Buffer.from([0x83, 0, 0, 5]), filled(20, 2), Buffer.from([0xc3]), filled(20, 3)],
    heard: [
      small(REWRITTEN),
      ...[1, 2].flatMap(() => [
        Buffer.from([0x43, 0, 0, 5, 0, 300 >> 8, 300 & 0xff, COMMAND]),
        small(REWRITTEN).subarray(12),
      ]),
    ],
  },
  {
    what: 'messages that are interleaved, in the order of their ends',
    says: [
      small(filled(130, 1)).subarray(0, 12 + 128),
      message(filled(2, 2), { channel: 4, type: 8 }),
      small(filled(130, 1)).subarray(12 + 128),
    ],
    heard: [message(filled(2, 2), { channel: 4, type: 8 }), small(REWRITTEN)],
  },
];

describe('what a player says over RTMP', () => {
  for (const { what, says, heard } of CASES) {
    const all = Buffer.concat([HANDSHAKE, ...says]);
    for (const size of [all.length, 1, 7, 3072]) {
      it(`is heard with its commands rewritten: ${what}, in pieces of ${size}`, () => {
        const messages = createRtmpMessages(() => REWRITTEN);
        const pieces: Buffer[] = [];
        for (let at = 0; at < all.length; at += size) pieces.push(messages(all.subarray(at, at + size)));
        assert.equal(Buffer.concat(pieces).toString('hex'), Buffer.concat([HANDSHAKE, ...heard]).toString('hex'));
      });
    }
  }

  it('is not held without end', () => {
    const messages = createRtmpMessages(() => REWRITTEN);
    assert.throws(() => messages(Buffer.concat([HANDSHAKE, small(filled(70_000, 1))])), /70000 bytes/);
  });

  it('is not of channels without end', () => {
    const messages = createRtmpMessages(() => REWRITTEN);
    const many = Array.from({ length: 80 }, (_, index) => message(filled(1, 1), { channel: 3 + index }));
    assert.throws(() => messages(Buffer.concat([HANDSHAKE, ...many])), /channels/);
  });
});
