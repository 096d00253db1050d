import assert from 'node:assert/strict';
import { readPlaylist } from '../../../adapters/inputs/playlist.js';
import { failingWith } from '../../port-suites/failing-with.js';

const media = (reference: string): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXTINF:2,', reference, '#EXT-X-ENDLIST', ''].join('\n');

const named = (reference: string, { url, first = url }: { url: string; first?: string }): string | undefined => {
  const playlist = readPlaylist(media(reference), { url, first });
  return playlist.kind === 'media' ? playlist.parts[0]?.url : undefined;
};

const UPLOADED = { url: 's3://uploads/in/mine/x.mov' };
const VARIANT = { url: 's3://uploads/in/mine/v/high.m3u8', first: 's3://uploads/in/mine/master.m3u8' };
const FILE = { url: 'file:///srv/in/list.m3u8' };
const WEB = { url: 'https://site.example/films/list.m3u8' };

describe('what a playlist names', () => {
  for (const [what, place, reference, url] of [
    ['beside it', UPLOADED, 'a.ts', 's3://uploads/in/mine/a.ts'],
    ['below it', UPLOADED, 'v/a.ts', 's3://uploads/in/mine/v/a.ts'],
    ['by its whole address', UPLOADED, 's3://uploads/in/mine/a.ts', 's3://uploads/in/mine/a.ts'],
    ['by an escaped name', UPLOADED, 'a%20100%25.ts', 's3://uploads/in/mine/a%20100%25.ts'],
    ['by a name that is no escape', UPLOADED, '100%.ts', 's3://uploads/in/mine/100%25.ts'],
    ['in a folder beside the variant', VARIANT, '../s/a.ts', 's3://uploads/in/mine/s/a.ts'],
    ['beside a file', FILE, 'a.ts', 'file:///srv/in/a.ts'],
    ['of the same site', WEB, '../a.ts', 'https://site.example/a.ts'],
    ['of another site', WEB, 'https://cdn.example/a.ts', 'https://cdn.example/a.ts'],
  ] as const)
    it(`${what} is taken`, () => {
      assert.equal(named(reference, place), url);
    });

  for (const [what, place, reference] of [
    ['in another bucket', UPLOADED, 's3://private-bucket/other/1080p.mp4'],
    ['in another folder of the bucket', UPLOADED, 's3://uploads/in/theirs/a.ts'],
    ['in a folder whose name only begins alike', UPLOADED, 's3://uploads/in/mine2/a.ts'],
    ['by a step up', UPLOADED, '../theirs/a.ts'],
    ['by an escaped step up', UPLOADED, '%2e%2e/theirs/a.ts'],
    ['by a step up with an escaped slash', UPLOADED, '..%2Ftheirs%2Fa.ts'],
    ['by a step up in a whole address', UPLOADED, 's3://uploads/in/mine/../theirs/a.ts'],
    ['from the root of the bucket', UPLOADED, '/private/a.ts'],
    ['by the name of another host', UPLOADED, '//private-bucket/a.ts'],
    ['on the web, of an object', UPLOADED, 'https://site.example/a.ts'],
    ['on this machine, of an object', UPLOADED, 'file:///etc/passwd'],
    ['above the folder of the first playlist', VARIANT, '../../theirs/a.ts'],
    ['above the folder of a file', FILE, '../secret.ts'],
    ['elsewhere on this machine', FILE, 'file:///etc/passwd'],
    ['in a bucket, of a file', FILE, 's3://uploads/a.ts'],
    ['in a bucket, of a web address', WEB, 's3://uploads/a.ts'],
    ['on this machine, of a web address', WEB, 'file:///etc/passwd'],
  ] as const)
    it(`${what} is refused`, () => {
      assert.throws(() => named(reference, place), failingWith('playlist-forbidden'));
    });
});
