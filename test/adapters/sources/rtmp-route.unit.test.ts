import assert from 'node:assert/strict';
import { appOf } from '../../../adapters/sources/rtmp-route.js';

describe('the application of an RTMP address', () => {
  for (const [path, app] of [
    ['/live/key', 'live'],
    ['/live/key?token=a', 'live'],
    // As ffmpeg does it: the whole command is compared in routes.int.test.ts.
    ['/live/key?token=a/b', 'live/key?token=a'],
    ['/live', 'live'],
    ['/live/room/key', 'live/room'],
    ['/live/mp4:room/key', 'live'],
    ['/ondemand/a/b', 'ondemand'],
    ['/live/x?slist=y', 'live/x?slist=y'],
  ] as const) {
    it(`${path} is ${app}`, () => assert.equal(appOf(path), app));
  }
});
