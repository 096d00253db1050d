import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../../contracts/errors.js';
import { confinement } from '../../../media/confinement.js';
import { PROBE_LIMITS, probeMedia } from '../../../media/transcode/probe-media.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { convert, fullPlan, makeFile, profileOf, probe, PROGRAMS } from './conversion.js';

const PICTURE = '-f lavfi -i testsrc2=size=160x90:rate=25';
const SOUND = '-f lavfi -i sine=frequency=440:sample_rate=48000';
const AVC = '-c:v libx264 -preset ultrafast -bf 2 -g 40';
const PLAIN = `${PICTURE} ${SOUND} -t 4.8 ${AVC} -c:a aac`;

describe('an input that', () => {
  const folder = useTempFolder();
  const make = (name: string, words: string) => makeFile(folder(), name, words);
  const isRefused = (file: string, code: ErrorCode) => assert.rejects(probe(file), failingWith(code));

  async function half(file: string): Promise<string> {
    await truncate(file, Math.round((await readFile(file)).length / 2));
    return file;
  }

  it('has no bytes is refused as empty', async () => {
    const file = join(folder(), 'in.mp4');
    await writeFile(file, '');
    await isRefused(file, 'input-empty');
  });

  for (const [what, text] of Object.entries({
    text: 'Dear diary,\n\ntoday there was no video.\n'.repeat(500),
    'a playlist': '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n',
    'a list of files': "ffconcat version 1.0\nfile '/etc/passwd'\n",
  })) {
    it(`is ${what} under the name of a video is refused as no media`, async () => {
      const file = join(folder(), 'in.mp4');
      await writeFile(file, text);
      await isRefused(file, 'input-not-media');
    });
  }

  it('is an MP4 whose index is first, cut in half, is refused as truncated, with how much there is', async () => {
    const file = await half(await make('in.mp4', `${PLAIN} -movflags +faststart`));
    await assert.rejects(probe(file), /it ends after \d+ of the \d+ packets of track 0/);
    await isRefused(file, 'input-truncated');
  });

  it('is an MP4 whose index was cut off is refused as truncated', async () => {
    await isRefused(await half(await make('in.mp4', PLAIN)), 'input-truncated');
  });

  for (const container of ['mkv', 'flv', 'avi']) {
    it(`is half of a file of type ${container} is refused as truncated`, async () => {
      await isRefused(await half(await make(`in.${container}`, PLAIN)), 'input-truncated');
    });
  }

  it('has a picture of 30000x30000 is refused as too large before it is decoded', async () => {
    const small = await make('small.avi', `${PICTURE} -frames:v 2 -c:v mjpeg`);
    const bytes = await readFile(small);
    const large = Buffer.from(bytes);
    for (let at = large.indexOf('strf', 0, 'latin1'); at >= 0; at = large.indexOf('strf', at + 1, 'latin1')) {
      large.writeUInt32LE(30_000, at + 12);
      large.writeUInt32LE(30_000, at + 16);
    }
    for (let at = 0; at + 9 < large.length; at += 1) {
      if (large.readUInt16BE(at) !== 0xffc0) continue;
      large.writeUInt16BE(30_000, at + 5);
      large.writeUInt16BE(30_000, at + 7);
    }
    await writeFile(small, large);
    await isRefused(small, 'input-too-large');
  });

  it('has more tracks than are taken is refused quickly', async () => {
    const file = join(folder(), 'in.ts');
    await writeFile(file, transportStreamOf(10_000));
    const startedMs = performance.now();
    await isRefused(file, 'input-too-large');
    assert.ok(performance.now() - startedMs < 5000);
  });

  it('lasts longer than is taken is refused as too large', async () => {
    const file = await make('in.mp4', PLAIN);
    const limits = { ...PROBE_LIMITS, maxDurationMs: 4000 };
    await assert.rejects(probeMedia({ ...PROGRAMS, file, limits }), failingWith('input-too-large'));
  });

  it('has more packets than are kept is refused', async () => {
    const file = await make('in.mp4', PLAIN);
    const limits = { ...PROBE_LIMITS, maxPackets: 119 };
    await assert.rejects(probeMedia({ ...PROGRAMS, file, limits }), failingWith('input-too-large'));
    await probeMedia({ ...PROGRAMS, file, limits: { ...limits, maxPackets: 120 } });
  });

  it('has no video is refused where the profile needs it', async () => {
    const probed = await probe(await make('in.m4a', `${SOUND} -t 1 -c:a aac`));
    assert.throws(() => fullPlan(probed), failingWith('input-no-video'));
  });

  it('has no audio is refused where the profile is of audio', async () => {
    const probed = await probe(await make('in.mp4', `${PICTURE} -t 1 ${AVC}`));
    const profile = profileOf({ package: 'audio', video: undefined });
    assert.throws(() => fullPlan(probed, { profile }), failingWith('input-no-audio'));
  });

  it('has a cover and no moving picture has no video', async () => {
    await make('cover.jpg', `${PICTURE} -frames:v 1`);
    const file = await make(
      'in.m4a',
      `${SOUND} -i {folder}/cover.jpg -t 1 -map 0 -map 1 -c:a aac -c:v copy -disposition:v attached_pic -f mp4`,
    );
    const { probe: found } = await probe(file);
    assert.equal(found.video, undefined);
    assert.equal(found.otherTracks, 1);
  });

  it('is encrypted is refused as unsupported', async () => {
    const key = '0123456789abcdef0123456789abcdef';
    const file = await make(
      'in.mp4',
      `${PLAIN} -encryption_scheme cenc-aes-ctr -encryption_key ${key} -encryption_kid ${key}`,
    );
    await isRefused(file, 'input-unsupported');
  });

  it('has the name of another container is converted all the same', async () => {
    const mkv = await make('plain.mkv', PLAIN);
    const file = join(folder(), 'in.avi');
    await copyFile(mkv, file);
    const { probe: found } = await probe(file);
    assert.equal(found.container, 'matroska,webm');
    assert.equal(found.video?.frames, 120);
  });

  it('has several audio tracks is converted with the one that it says is to be played', async () => {
    const file = await make(
      'in.mkv',
      `${PICTURE} ${SOUND} -f lavfi -i sine=frequency=880:sample_rate=44100 -t 3.2 -map 0 -map 1 -map 2 ${AVC} -c:a aac -disposition:a:0 0 -disposition:a:1 default`,
    );
    const plan = fullPlan(await probe(file));
    assert.equal(plan.probe.audio?.sampleRate, 44_100);
    assert.deepEqual(plan.warnings, ['1 other tracks are left out']);
    const { joined } = await convert(file, { folder: folder(), plan, join: ['low'] });
    assert.equal((await probe(joined[0]!.file.path)).probe.audio?.sampleRate, 44_100);
  });

  it('begins in the middle of a GOP is converted from its first whole picture on', async () => {
    const whole = await make('whole.ts', PLAIN);
    const file = join(folder(), 'in.ts');
    await writeFile(file, (await readFile(whole)).subarray(188 * 100));
    const plan = fullPlan(await probe(file));
    assert.match(plan.warnings.join(), /the first \d+ pictures cannot be decoded/);
    await convert(file, { folder: folder(), plan, join: ['low'] });
  });

  it('has pictures that are damaged is found out, and nothing is made of it', async () => {
    const file = await make('in.mp4', `${PICTURE} -t 4.8 ${AVC} -movflags +faststart`);
    const bytes = await readFile(file);
    bytes.fill(0, Math.round(bytes.length * 0.55), Math.round(bytes.length * 0.75));
    await writeFile(file, bytes);
    const plan = fullPlan(await probe(file));
    await assert.rejects(convert(file, { folder: folder(), plan }), failingWith('input-damaged'));
  });

  it('has a stretch without sound is converted with silence in its place', async () => {
    const gappy = await make('gap.mkv', `${PLAIN} -bsf:a noise=drop=between(n\\,60\\,90)`);
    const plan = fullPlan(await probe(gappy));
    assert.equal(plan.probe.audio?.gaps, 1);
    assert.equal(plan.audio, 'encode');
    await convert(gappy, { folder: folder(), plan, join: ['low'] });
  });

  it('is read without a network and with bounded memory', async () => {
    const [program = '', ...words] = [...(await confinement()), 'cat', '/proc/self/net/dev', '/proc/self/limits'];
    const seen = execFileSync(program, words, { encoding: 'utf8' });
    const interfaces = seen.split('\n').filter((line) => /^ *\w+: /.test(line));
    assert.deepEqual(
      interfaces.map((line) => line.trim().split(':')[0]),
      ['lo'],
    );
    assert.match(seen, /Max address space +\d+/);
  });
});

/** A transport stream that is nothing but a table of programs, each with one track of its own. */
function transportStreamOf(tracks: number): Buffer {
  const perTable = 30;
  const packets: Buffer[] = [];
  const tables = Math.ceil(tracks / perTable);
  const programs = Math.min(tables, 40);
  for (let repeat = 0; repeat < 4; repeat += 1) {
    const pat = Array.from({ length: programs }, (_, index) => [
      0,
      index + 1,
      0xe0 | ((0x20 + index) >> 8),
      (0x20 + index) & 0xff,
    ]);
    packets.push(section(0, [0x00, ...lengthOf(pat.length * 4 + 9), 0, 1, 0xc1, 0, 0, ...pat.flat()]));
    for (let program = 0; program < programs; program += 1) {
      const streams = Array.from({ length: perTable }, (_, index) => {
        const pid = 0x100 + program * perTable + index;
        return [0x1b, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0];
      });
      const body = [0, program + 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, ...streams.flat()];
      packets.push(section(0x20 + program, [0x02, ...lengthOf(body.length + 4), ...body]));
    }
  }
  return Buffer.concat(packets);
}

const lengthOf = (bytes: number): number[] => [0xb0 | (bytes >> 8), bytes & 0xff];

function section(pid: number, bytes: number[]): Buffer {
  const packet = Buffer.alloc(188, 0xff);
  packet.set([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x10, 0, ...bytes]);
  packet.writeUInt32BE(crc32(Buffer.from(bytes)), 5 + bytes.length);
  return packet;
}

/** Of MPEG-2: most significant bit first, and not inverted. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
