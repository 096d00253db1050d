import assert from 'node:assert/strict';
import { namesIn } from '../../../adapters/sources/rtmp-route.js';

describe('an RTMP address', () => {
  for (const [path, app, playpath] of [
    ['/live/key', 'live', 'key'],
    ['/live/key?token=a', 'live', 'key?token=a'],
    // As ffmpeg does it: the whole command is compared in routes.int.test.ts.
    ['/live/key?token=a/b', 'live/key?token=a', 'b'],
    ['/live', 'live', ''],
    ['/live/', 'live', ''],
    ['/live?token=a/key', 'live?token=a', 'key'],
    ['/live/room/key', 'live/room', 'key'],
    ['/live/mp4:room/key', 'live', 'mp4:room/key'],
    ['/vod/film.mp4', 'vod', 'mp4:film.mp4'],
    ['/vod/film.flv', 'vod', 'film'],
    ['/ondemand/a/b', 'ondemand', 'a/b'],
    ['/live/x?slist=y', 'live/x?slist=y', 'y'],
    ['/live/x?slist=y&z=1', 'live/x?slist=y&z=1', 'y'],
  ] as const) {
    it(`${path} is of the application ${app}`, () => assert.equal(namesIn(path).app, app));
    it(`${path} plays ${playpath}`, () => assert.equal(namesIn(path).playpath, playpath));
  }
});
