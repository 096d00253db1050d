import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeHead, encodeHead } from '../../activities/delivery/spool-file.js';
import { createRtmpMessages } from '../../adapters/sources/rtmp-messages.js';
import { renameIn } from '../../adapters/sources/rtmp-command.js';
import { createRtspConversation } from '../../adapters/sources/rtsp-conversation.js';
import { createSealedNames } from '../../adapters/sources/sealed-names.js';
import { jpegSize } from '../../media/jpeg-size.js';
import { createSmjpegReader } from '../../media/source/smjpeg.js';
import { lookAtBoxes } from '../../media/transcode/look-at-boxes.js';
import { frameAt, imageOf, T0 } from '../activities/capture/frames.js';
import { bytesNear, holds, holdsAsync } from './holds.js';
import { ffmpegHears } from './rtsp-as-ffmpeg.js';

const text = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');
const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const box = (kind: string, ...inner: Buffer[]): Buffer => {
  const body = Buffer.concat(inner);
  return Buffer.concat([number32(body.length + 8), Buffer.from(kind), body]);
};

describe('foreign bytes', () => {
  const smjpeg = Buffer.concat([
    Buffer.from('\0\nSMJPEG\0\0\0\0\0\0\0\0HEND', 'latin1'),
    ...[0, 40].map((ms) => Buffer.concat([Buffer.from('vidD'), number32(ms), number32(5), Buffer.from('image')])),
  ]);

  it('as SMJPEG give pictures or none, the same wherever they are cut', () => {
    const read = (pieces: readonly Buffer[]): string[] => {
      const pictures: string[] = [];
      const reader = createSmjpegReader(({ ptsMs, jpeg }) => pictures.push(`${ptsMs} ${jpeg.toString('hex')}`));
      for (const piece of pieces) reader(piece);
      return pictures;
    };
    holds(
      fc.property(bytesNear(smjpeg), fc.nat(200), (bytes, at) => {
        assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), read([bytes]));
      }),
    );
  });

  it('as JPEG have a size or none', () => {
    const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080024004001011100ffd9', 'hex');
    assert.deepEqual(jpegSize(jpeg), { width: 64, height: 36 });
    holds(
      fc.property(bytesNear(jpeg), (bytes) => {
        const size = jpegSize(bytes);
        assert.ok(!size || (size.width <= 0xffff && size.height <= 0xffff));
      }),
    );
  });

  it('as a frame of the spool are whole, of another version, or corrupt', () => {
    const images = [imageOf('frame')];
    const whole = Buffer.concat([encodeHead(frameAt(T0, images)), ...images]);
    holds(
      fc.property(bytesNear(whole), (bytes) => {
        const head = decodeHead(bytes, bytes.length);
        if (head.kind !== 'frame') return;
        const total = head.frame.images.reduce((sum, { sizeBytes }) => sum + sizeBytes, head.headBytes);
        assert.equal(total, bytes.length);
      }),
    );
  });

  it('as boxes of an MP4 are looked at to an end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reelay-fuzz-'));
    const file = join(folder, 'boxes');
    const movie = Buffer.concat([box('ftyp', text('isom')), box('free'), box('moov', box('mvhd')), box('mdat')]);
    try {
      await holdsAsync(
        fc.asyncProperty(bytesNear(movie), async (bytes) => {
          writeFileSync(file, bytes);
          const { hasBoxes, isFaststart } = await lookAtBoxes(file, AbortSignal.timeout(5000));
          assert.ok(hasBoxes || !isFaststart);
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('as answers of RTSP lead ffmpeg nowhere, however they are cut', () => {
    const answers = Buffer.concat([
      text('RTSP/1.0 302 Found', 'CSeq: 1', 'Content-Length: 4', 'Location: rtsp://10.0.0.1/', '', 'body'),
      Buffer.from([0x24, 0, 0, 4, 1, 2, 3, 4]),
      text('RTSP/1.0 200 OK', 'Session: 1', '', ''),
    ]);
    holds(
      fc.property(bytesNear(answers), fc.nat(200), (bytes, at) => {
        const { toPlayer } = createRtspConversation({
          told: 'rtsp://127.0.0.1:1/mark',
          names: createSealedNames(),
          login: undefined,
          send: () => assert.fail('nothing was asked'),
          onRedirect: () => undefined,
        });
        const heard = Buffer.concat([toPlayer(bytes.subarray(0, at)), toPlayer(bytes.subarray(at))]);
        assert.deepEqual(
          ffmpegHears(heard).filter((line) => /^location:/i.test(line)),
          [],
        );
      }),
    );
  });
  it('as chunks of RTMP say the same wherever they are cut, or are refused', () => {
    const command = Buffer.from('0200077375626a656374003ff000000000000005020003616263', 'hex');
    const chunks = Buffer.concat([
      Buffer.alloc(3073),
      Buffer.from([3, 0, 0, 0, 0, 0, command.length, 20, 0, 0, 0, 0]),
      command,
      Buffer.from([0x43, 0, 0, 0, 0, 0, command.length, 20]),
      command,
      Buffer.from([0xc3]),
      command,
      Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 8]),
    ]);
    const said = (pieces: readonly Buffer[]): string => {
      const messages = createRtmpMessages((body) => renameIn(body, (text) => (text === 'abc' ? 'other' : text)));
      try {
        return Buffer.concat(pieces.map((piece) => messages(piece))).toString('hex');
      } catch (error) {
        return String(error);
      }
    };
    holds(
      fc.property(bytesNear(chunks.subarray(3073)), fc.nat(200), (bytes, at) => {
        const all = Buffer.concat([chunks.subarray(0, 3073), bytes]);
        assert.equal(said([all.subarray(0, 3073 + at), all.subarray(3073 + at)]), said([all]));
      }),
    );
  });

  it('as commands of RTMP keep what is no text of theirs', () => {
    const command = Buffer.from(
      '02000470 6c6179 00 4010000000000000 05 020003616263 03 000161 020003616263 000009'.replaceAll(' ', ''),
      'hex',
    );
    holds(
      fc.property(bytesNear(command), (bytes) => {
        assert.equal(renameIn(bytes, (text) => text).toString('hex'), bytes.toString('hex'));
      }),
    );
  });
});
