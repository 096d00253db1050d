import assert from 'node:assert/strict';
import { ffprobeBeside, inspectEncoder } from '../../../media/transcode/inspect-encoder.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { FFMPEG } from '../clips.js';

describe('the ffmpeg of a worker that transcodes', () => {
  it('has all that is needed, and says whether it can map tones', async () => {
    assert.equal(typeof (await inspectEncoder(FFMPEG)).canToneMap, 'boolean');
  });

  it('is refused where it does not run', async () => {
    await assert.rejects(inspectEncoder('/nowhere/ffmpeg'), failingWith('ffmpeg-missing'));
  });

  it('has its ffprobe beside it', () => {
    assert.equal(ffprobeBeside('ffmpeg'), 'ffprobe');
    assert.equal(ffprobeBeside('/opt/ffmpeg/bin/ffmpeg'), '/opt/ffmpeg/bin/ffprobe');
    assert.equal(ffprobeBeside('/opt/ffmpeg7'), '/opt/ffprobe7');
  });
});
