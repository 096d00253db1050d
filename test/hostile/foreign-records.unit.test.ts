import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlaylist } from '../../adapters/inputs/playlist.js';
import { createHttpNames } from '../../adapters/sources/http-names.js';
import { fromMessage } from '../../contracts/cloud-event.js';
import { DEAD_LETTER_TYPES } from '../../contracts/dead-letter.js';
import { formatDuration, parseDuration } from '../../contracts/duration.js';
import { problemOf } from '../../contracts/errors.js';
import { slotOfKey, variantOfKey } from '../../contracts/keys.js';
import { filterOfId } from '../../contracts/letter-kinds.js';
import { tasksOf } from '../../contracts/object-notification.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { createOpenLetters } from '../../contracts/open-letters.js';
import { BUILT_IN_PROFILES, parseProfile } from '../../contracts/profile.js';
import { redact } from '../../contracts/redact.js';
import { parseStreamRequest } from '../../contracts/stream.js';
import { taskLetterOf } from '../../contracts/task-letter.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import { parseWatch } from '../../contracts/watch.js';
import { holds, holdsAsync, valueNear } from './holds.js';

/** What the catalogue knows; anything else is a fault of ours. */
function answered<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.ok(problemOf(error), `no fault of the catalogue: ${String(error)}`);
    return undefined;
  }
}

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.webUrl());

describe('foreign records', () => {
  const trigger = parseTrigger({ name: 't', bucket: 'in', prefix: 'up/', profile: 'hls', tenant: 'acme' });

  it('as notifications ask for tasks of their triggers, or for nothing', async () => {
    const record = {
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'in' }, object: { key: 'up/a+b%20c.mov', eTag: 'x' } },
    };
    await holdsAsync(
      fc.asyncProperty(valueNear({ Records: [record, record] }), async (notification) => {
        for (const { tenant = '', input } of (await tasksOf(notification, [trigger])).starts) {
          assert.equal(tenant, 'acme');
          assert.ok(input.url.startsWith('s3://in/up/'), input.url);
        }
      }),
    );
  });

  it('as dead letters are listed or counted as unreadable', () => {
    const settings = parseTranscodeRequest({ taskId: 'movie', input: 's3://in/a.mov', profile: 'hls' });
    const letter = taskLetterOf(
      {
        settings,
        problem: { code: 'input-not-media', message: 'no media' },
        phase: 'probe',
        runId: 'r',
        startedAtMs: 1,
        redrives: 0,
      },
      { disposition: 'rejected', nowMs: 2 },
    );
    const read = (data: unknown) => {
      const letters = createOpenLetters();
      letters.add({ id: 'x', source: 's', type: DEAD_LETTER_TYPES.recorded, subject: '', time: '', data });
      return letters;
    };
    assert.equal(read(letter).open().length, 1);
    holds(
      fc.property(valueNear(letter), (data) => {
        const letters = read(data);
        assert.equal(letters.open().length + letters.unreadable, 1);
      }),
    );
  });

  it('as requests are taken, or refused with a code', () => {
    const stream = {
      streamId: 'cam',
      source: { url: 'rtmp://h/a/k' },
      capture: { everyMs: 1000, sizes: [{ width: 64, height: 64 }] },
    };
    const task = { taskId: 'movie', input: { url: 's3://in/a.mov' }, profile: 'hls', labels: { a: 'b' } };
    const profile = { ...BUILT_IN_PROFILES.find(({ name }) => name === 'hls') };
    for (const [parse, sample] of [
      [parseStreamRequest, stream],
      [parseTranscodeRequest, task],
      [parseProfile, profile],
      [parseTrigger, trigger],
      [parseWatch, { ...trigger, everyMs: 60_000 }],
    ] as const) {
      parse(sample as never);
      holds(fc.property(valueNear(sample), (value) => void answered(() => parse(value as never))));
    }
  });

  it('as events are events or nothing', () => {
    const headers = fc.dictionary(fc.constantFrom('ce_id', 'ce_source', 'ce_type', 'ce_specversion', 'x'), anyText);
    holds(
      fc.property(headers, fc.option(fc.uint8Array()), (given, value) => {
        const event = fromMessage({ headers: given, value: value && Buffer.from(value) });
        assert.ok(event === undefined || event.id !== '');
      }),
    );
  });

  it('as playlists reach nothing but what is below their folder, or are refused with a code', () => {
    const reference = fc.oneof(
      anyText,
      fc.constantFrom(
        'a.ts',
        's3://in/up/x/a.ts',
        's3://other/a.ts',
        '../a.ts',
        '%2e%2e/a.ts',
        '//host/a',
        '/etc/passwd',
      ),
      fc.constantFrom(
        'file:///etc/passwd',
        'file:a',
        'http://127.0.0.1/',
        'x/../../../a',
        'x\\..\\..\\a',
        'S3://in/b',
        '?../x',
      ),
    );
    const url = 's3://in/up/x/list.m3u8';
    holds(
      fc.property(fc.array(reference, { maxLength: 4 }), fc.array(anyText, { maxLength: 2 }), (references, lines) => {
        const segments = references.flatMap((each) => ['#EXTINF:4,', each.replaceAll(/[\r\n]/g, '')]);
        const list = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...lines, ...segments, '#EXT-X-ENDLIST'].join('\n');
        const playlist = answered(() => readPlaylist(list, { url, first: url }));
        if (playlist?.kind === 'media')
          for (const part of playlist.parts) assert.ok(part.url.startsWith('s3://in/up/x/'), part.url);
      }),
    );
  });

  it('as playlists of live sources name nothing that ffmpeg would reach by itself', async () => {
    const base = new URL('https://cdn.example/live/x.m3u8');
    const names = createHttpNames(base);
    const reference = fc.oneof(anyText, fc.webUrl(), fc.constantFrom('tcp://10.0.0.1', 'a.ts', '//host/a', 'http://['));
    const tag = reference.map((each) => `#EXT-X-KEY:METHOD=AES-128,URI="${each.replaceAll(/["\\]/g, '')}"`);
    await holdsAsync(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            reference.filter((each) => !each.startsWith('#')),
            tag,
          ),
          { maxLength: 5 },
        ),
        async (lines) => {
          const told = (await names.toldPlaylist(lines.join('\n'), base)).split(/[\r\n\0]/);
          for (const line of told.filter((each) => each.trim() !== '')) {
            const [, uri = line] = /URI="([^"]*)/.exec(line) ?? [];
            if (line.startsWith('#') && uri === line) continue;
            assert.match(uri, /^http:\/\/[0-9a-f]{4}\.source\.invalid\//);
          }
        },
      ),
    );
    holds(
      fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
        const url = new URL(address);
        assert.equal(names.meantBy(names.toldOf(url))?.href, url.href);
      }),
    );
  });

  it('as durations are numbers or nothing, and come back as they were said', () => {
    holds(
      fc.property(anyText, (said) => {
        const ms = parseDuration(said);
        assert.ok(ms === undefined || Number.isFinite(ms), String(ms));
      }),
    );
    holds(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 400n }), (digits) => {
        const ms = parseDuration(`${digits}h`);
        assert.ok(ms === undefined || Number.isSafeInteger(ms), String(ms));
      }),
    );
    holds(fc.property(fc.nat(), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
  });

  it('as keys and ids of letters have what they say or nothing', () => {
    holds(
      fc.property(anyText, (said) => {
        slotOfKey(said);
        variantOfKey(said);
        filterOfId(said);
      }),
    );
  });

  it('as text are redacted once and for all', () => {
    holds(
      fc.property(
        fc.array(
          fc.oneof(anyText, fc.constantFrom('token=', '"secret":"', 'a:b@c', 'rtmp://a/b/c', 'rtmp://u:p@h/x?y=z')),
          {
            maxLength: 8,
          },
        ),
        (parts) => {
          const shown = redact(parts.join(' '));
          assert.equal(redact(shown), shown);
        },
      ),
    );
  });
});
