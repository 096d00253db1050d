import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cameraArguments, startCamera } from '../../dev/camera.js';
import { provideFfmpeg } from '../../dev/ffmpeg.js';
import { identifyProcess } from '../../dev/process-identity.js';
import { rtmpServer } from '../harness/servers.js';
import { useTempFolder } from './temp-folder.js';

describe('the demo camera', () => {
  const home = useTempFolder();

  it('encodes test pictures with a key frame every 2 s', () => {
    assert.equal(
      cameraArguments({ source: 'testsrc2', filter: 'null', url: 'rtmp://host/live/demo' }).join(' '),
      '-hide_banner -nostdin -loglevel warning -re -f lavfi -i testsrc2 ' +
        '-re -f lavfi -i sine=frequency=440:sample_rate=48000 ' +
        '-vf null -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -b:v 1M ' +
        '-g 50 -keyint_min 50 -sc_threshold 0 -c:a aac -b:a 96k -f flv rtmp://host/live/demo',
    );
  });

  it('publishes until it is stopped', async () => {
    const { url, flv } = await rtmpServer();
    const ffmpeg = await provideFfmpeg({ log: '/dev/null' });
    const camera = await startCamera({ url: `${url}/demo`, home: home() });
    try {
      await promisify(execFile)(ffmpeg, ['-i', `${flv}/demo.flv`, '-frames:v', '30', '-f', 'null', '-']);
    } finally {
      await camera.stop();
    }
    assert.equal(identifyProcess(camera.first.pid!), undefined);
  });
});
