import assert from 'node:assert/strict';
import { ERRORS, type ErrorCode } from '../../../contracts/errors.js';
import { GAP_REASONS, type GapReason } from '../../../contracts/ledger.js';
import { gapReasonOf, sourceFault } from '../../../media/source/source-fault.js';

/** What ffmpeg 5.1 said of sources on loopback, and what 7.1 is known to say. */
const SAID: [code: ErrorCode, lines: string[]][] = [
  [
    'source-unreachable',
    [
      '[tcp @ 0x558b24f67700] [error] Connection to tcp://127.0.0.1:1?*** failed: Connection refused',
      '[rtmp @ 0x558b24f66d80] [error] Cannot open connection tcp://127.0.0.1:1?***',
      '[error] rtmp://127.0.0.1:1/a/***: Connection refused',
    ],
  ],
  [
    'source-unreachable',
    [
      '[tcp @ 0x563632aecd40] [error] Failed to resolve hostname nope.invalid: Name or service not known',
      '[error] http://nope.invalid/x: Input/output error',
    ],
  ],
  ['source-unreachable', ['[error] http://127.0.0.1/x: Connection timed out']],
  ['source-unreachable', ['[error] http://127.0.0.1/x: Server returned 5XX Server Error reply']],
  ['source-unreachable', ['[error] http://127.0.0.1/x: End of file']],
  [
    'source-unreachable',
    [
      '[rtmp @ 0x561d30a3bd80] [error] Cannot read RTMP handshake response',
      '[error] rtmp://127.0.0.1/a/***: End of file',
    ],
  ],
  [
    'source-not-found',
    [
      '[http @ 0x55f998e33e00] [warning] HTTP error 404 Not Found',
      '[error] http://127.0.0.1/404: Server returned 404 Not Found',
    ],
  ],
  [
    'source-not-found',
    [
      '[http @ 0x55da961b6e00] [warning] HTTP error 410 Gone',
      '[error] http://127.0.0.1/410: Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
    ],
  ],
  ['source-not-found', ['[error] file:/clips/none.mp4: No such file or directory']],
  ['source-not-found', ['[rtmp @ 0x1] [error] Server error: NetStream.Play.StreamNotFound']],
  [
    'source-refused',
    [
      '[http @ 0x55bf010f8e00] [warning] HTTP error 403 Forbidden',
      '[error] http://127.0.0.1/403: Server returned 403 Forbidden (access denied)',
    ],
  ],
  ['source-refused', ['[error] http://127.0.0.1/401: Server returned 401 Unauthorized (authorization failed)']],
  ['source-not-media', ['[error] http://127.0.0.1/html: Invalid data found when processing input']],
  [
    'source-not-media',
    [
      '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [error] moov atom not found',
      '[error] file:/clips/cut.mp4: Invalid data found when processing input',
    ],
  ],
  [
    'source-no-video',
    ["[fatal] Stream specifier ':v:0' in filtergraph description [0:v:0]realtime[o0] matches no streams."],
  ],
  [
    'source-no-video',
    ["[error] Stream specifier ':v:0' in filtergraph description [0:v:0]null[o0] matches no streams."],
  ],
  ['source-codec-unsupported', ['[error] Decoder (codec av1) not found for input stream #0:0']],
  [
    'source-silent',
    ['[flv @ 0x1] [warning] Could not find codec parameters for stream 0 (Video: h264, none): unspecified size'],
  ],
  ['source-failed', ['[error] Something that nobody has seen before']],
];

describe('the fault behind an end of ffmpeg', () => {
  for (const [code, tail] of SAID) {
    it(`is ${code}: ${tail.at(-1)}`, () => {
      assert.equal(sourceFault({ tail, exitCode: 1, hadPicture: false }), code);
    });
  }

  it('is the end of the source once it had pictures, whatever ffmpeg says', () => {
    for (const [, tail] of SAID) assert.equal(sourceFault({ tail, exitCode: 1, hadPicture: true }), 'source-ended');
  });

  it('is silence where ffmpeg ended well without a picture, and unknown where it did not and says nothing', () => {
    assert.equal(sourceFault({ tail: [], exitCode: 0, hadPicture: false }), 'source-silent');
    assert.equal(sourceFault({ tail: [], exitCode: 1, hadPicture: false }), 'source-failed');
    assert.equal(sourceFault({ tail: [], exitCode: undefined, hadPicture: false }), 'source-failed');
  });
});

describe('the reason of gaps', () => {
  const reasons: Partial<Record<ErrorCode, GapReason>> = {
    'source-stalled': 'source-stalled',
    'source-no-video': 'no-video',
    'source-silent': 'no-video',
    'source-codec-unsupported': 'decode-error',
    'source-failed': 'decode-error',
    'source-unreachable': 'source-offline',
    'source-ended': 'source-offline',
    'source-not-found': 'source-offline',
    'source-refused': 'source-offline',
    'source-not-media': 'source-offline',
  };
  for (const [code, reason] of Object.entries(reasons)) {
    it(`is ${reason} after ${code}`, () => assert.equal(gapReasonOf(code as ErrorCode), reason));
  }

  it('is one that consumers know, for each code of the catalogue', () => {
    for (const code of Object.keys(ERRORS)) assert.ok(GAP_REASONS.includes(gapReasonOf(code as ErrorCode)), code);
  });
});
