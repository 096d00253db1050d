import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeHead, encodeHead } from '../../activities/delivery/spool-file.js';
import { createRtspReplies } from '../../adapters/sources/rtsp-replies.js';
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
        const filter = createRtspReplies(() => undefined);
        const heard = Buffer.concat([filter(bytes.subarray(0, at)), filter(bytes.subarray(at))]);
        assert.deepEqual(
          ffmpegHears(heard).filter((line) => /^location:/i.test(line)),
          [],
        );
      }),
    );
  });
});
