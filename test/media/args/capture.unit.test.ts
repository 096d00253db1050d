import assert from 'node:assert/strict';
import { captureArgs, type CaptureIntent } from '../../../media/args/capture.js';

const CONTAINERS = 'flv,live_flv,hls,applehttp,mpegts,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,rtsp,avi,h264,hevc';
const CONTINUOUS =
  "setpts='if(isnan(PREV_OUTPTS),0,PREV_OUTPTS+if(between(PTS-PREV_INPTS,1,10/TB),PTS-PREV_INPTS,0.04/TB))'";
const GATE = 'framestep=step=2147483647:enable=0';
const QUICK = '-probesize 500000 -analyzeduration 1000000';

const intent = (url: string, change: Partial<CaptureIntent> = {}): CaptureIntent => ({
  url,
  sizes: [],
  quality: 80,
  stallMs: 10_000,
  probe: 'quick',
  ...change,
});

const argsOf = (from: CaptureIntent): string[] => captureArgs(from, { url: from.url, options: [] });

const input = (protocols: string, rest: string, probe = QUICK): string =>
  `-hide_banner -nostats -loglevel level+verbose -protocol_whitelist ${protocols} -format_whitelist ${CONTAINERS} ` +
  `-max_pixels 33177600 -threads 1 -fflags +discardcorrupt ${probe} -fpsprobesize 0 ${rest}`;

const output = (index: number, fd: number, quantizer: number): string =>
  `-map [o${index}] -fps_mode passthrough -enc_time_base 1:1000 -threads 1 -c:v mjpeg -q:v ${quantizer} ` +
  `-flush_packets 1 -f smjpeg pipe:${fd}`;

const live = `-filter_complex [0:v:0]${CONTINUOUS},${GATE}[o0] ${output(0, 1, 8)}`;
const paced = `-filter_complex [0:v:0]${CONTINUOUS},realtime,${GATE}[o0] ${output(0, 1, 8)}`;
const timeout = '-rw_timeout 10000000';

describe('the command line of a capture', () => {
  const cases: [title: string, intent: CaptureIntent, line: string][] = [
    [
      'pulls RTMP at its own pace, with a time limit on the network',
      intent('rtmp://host/app/key'),
      `${input('rtmp,tcp', `${timeout} -i rtmp://host/app/key`)} ${live}`,
    ],
    [
      'pulls RTMPS over TLS alone',
      intent('rtmps://host/app/key'),
      `${input('rtmps,rtmp,tls,tcp', `${timeout} -i rtmps://host/app/key`)} ${live}`,
    ],
    [
      'takes FLV over HTTP for a live connection',
      intent('http://host/app/key.flv'),
      `${input('http,tcp,crypto', `${timeout} -i http://host/app/key.flv`)} ${live}`,
    ],
    [
      'reads a playlist from its newest piece and slows it down to real time',
      intent('https://host/a/index.m3u8?x=1'),
      `${input('http,https,tls,tcp,crypto', `${timeout} -live_start_index -1 -m3u8_hold_counters 10 -i https://host/a/index.m3u8?x=1`)} ${paced}`,
    ],
    [
      'slows any other HTTP source down to real time',
      intent('http://host/clip.mp4'),
      `${input('http,tcp,crypto', `${timeout} -i http://host/clip.mp4`)} ${paced}`,
    ],
    [
      'pulls RTSP over TCP with the time limit that its demuxer knows',
      intent('rtsp://host/app'),
      `${input('rtsp,tcp', '-rtsp_transport tcp -timeout 10000000 -i rtsp://host/app')} ${live}`,
    ],
    [
      'pulls RTSPS over TLS',
      intent('rtsps://host/app'),
      `${input('rtsps,rtsp,tls,tcp', '-rtsp_transport tcp -timeout 10000000 -i rtsps://host/app')} ${live}`,
    ],
    [
      'reads a file as no other protocol than a file',
      intent('file:///clips/my%20clip.mp4'),
      `${input('file', '-i file:/clips/my clip.mp4')} ${paced}`,
    ],
    [
      'looks longer for streams where a quick look found no video',
      intent('rtmp://host/app/key', { probe: 'patient' }),
      `${input('rtmp,tcp', `${timeout} -i rtmp://host/app/key`, '-analyzeduration 5000000')} ${live}`,
    ],
    [
      'gives up on the network after the stall time',
      intent('rtmp://host/app/key', { stallMs: 1500 }),
      `${input('rtmp,tcp', '-rw_timeout 1500000 -i rtmp://host/app/key')} ${live}`,
    ],
    [
      'decodes once for the frame and each variant, which is fitted and padded',
      intent('rtmp://host/app/key', {
        sizes: [
          { width: 640, height: 360 },
          { width: 64, height: 64 },
        ],
      }),
      `${input('rtmp,tcp', `${timeout} -i rtmp://host/app/key`)} -filter_complex ` +
        `[0:v:0]${CONTINUOUS},${GATE},split=3[o0][s1][s2];` +
        "[s1]scale=w='min(640,360*dar)':h='min(360,640/dar)',pad=640:360:-1:-1,setsar=1[o1];" +
        "[s2]scale=w='min(64,64*dar)':h='min(64,64/dar)',pad=64:64:-1:-1,setsar=1[o2] " +
        `${output(0, 1, 8)} ${output(1, 3, 8)} ${output(2, 4, 8)}`,
    ],
  ];
  for (const [title, from, line] of cases) {
    it(title, () => assert.equal(argsOf(from).join(' '), line));
  }

  it('opens what the route says, with its options, in place of the source', () => {
    const route = { url: 'rtmp://127.0.0.1:9/app/key', options: ['-rtmp_tcurl', 'rtmps://host:443/app'] };
    assert.equal(
      captureArgs(intent('rtmps://host/app/key'), route).join(' '),
      `${input('rtmp,tcp', `${timeout} -rtmp_tcurl rtmps://host:443/app -i rtmp://127.0.0.1:9/app/key`)} ${live}`,
    );
  });

  for (const [quality, quantizer] of [
    [1, 31],
    [50, 17],
    [80, 8],
    [100, 2],
  ] as const) {
    it(`says ${quantizer} to ffmpeg for a quality of ${quality}`, () => {
      const args = argsOf(intent('rtmp://host/app/key', { quality }));
      assert.equal(args[args.indexOf('-q:v') + 1], String(quantizer));
    });
  }
});

describe('a source address that is made to be taken for options', () => {
  const HOSTILE = [
    'rtmp://host/-i/-y',
    "http://host/a'b;movie=/etc/passwd[x]",
    'http://host/a,b|c&d$(id)`id`',
    'file:///-y',
    'file:///a%3Bb%2C%27c%22',
    'file:///etc/%0A-f%20lavfi',
    'file:///subfile,,start,0,end,9,,:/etc/passwd',
    'file:///concat:a|b',
  ];
  const innocent = (url: string): string[] => argsOf(intent(`${new URL(url).protocol}//host/innocent`));

  for (const url of HOSTILE) {
    it(`changes one argument alone: ${JSON.stringify(url)}`, () => {
      const args = argsOf(intent(url));
      const at = args.indexOf('-i') + 1;
      const expected = innocent(url);
      expected[expected.indexOf('-i') + 1] = args[at] ?? '';
      assert.deepEqual(args, expected);
      assert.match(args[at] ?? '', /^(?:rtmp|http|file):/, 'an address never begins like an option');
    });
  }

  it('names a file by its protocol, so that no other one is read out of its name', () => {
    const at = (url: string): string | undefined => argsOf(intent(url)).at(argsOf(intent(url)).indexOf('-i') + 1);
    assert.equal(at('file:///concat:a|b'), 'file:/concat:a|b');
    assert.equal(at('file:///a%3Bb%2C%27c%22'), `file:/a;b,'c"`);
  });

  it('is given no protocol where its scheme is unknown', () => {
    const args = argsOf(intent('gopher://host/x'));
    assert.equal(args[args.indexOf('-protocol_whitelist') + 1], '');
  });
});
