import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Resolve } from '../../../adapters/network/host-guard.js';
import type { SourceGatewayOptions } from '../../../adapters/sources/open-source-gateway.js';
import { createRtmpMessages } from '../../../adapters/sources/rtmp-messages.js';
import { oneProcess } from '../../../media/source/one-process.js';
import type { SourceEnd } from '../../../media/source/picture-source.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { openTestGateway } from '../../harness/test-gateway.js';
import { FFMPEG, useClips } from '../../media/clips.js';
import { closedPort } from '../silent-server.js';
import { useServers } from './canary.js';
import { openCamera } from './rtsp-server.js';

const nowMs = (): number => performance.timeOrigin + performance.now();
const NAME = 'source.example';
const toLoopback: Resolve = (_, __, answer) => {
  answer(null, [{ address: '127.0.0.1', family: 4 }]);
};

/** Of a command with a number, that it was done: with nothing, and with stream 1 where it makes one. */
function result(number: Buffer): Buffer {
  const one = Buffer.from([0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
  const body = Buffer.concat([Buffer.from([2, 0, 7]), Buffer.from('_result'), number, Buffer.from([5]), one]);
  return Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, body.length, 20, 0, 0, 0, 0]), body]);
}

interface Viewed {
  end: SourceEnd;
  pictures: number;
}

async function view(url: string, options: Partial<SourceGatewayOptions> = {}): Promise<Viewed> {
  const gateway = openTestGateway({ resolve: toLoopback, ...options });
  let pictures = 0;
  const { ended } = oneProcess({ ffmpeg: FFMPEG, gateway, nowMs }).open(
    { url, sizes: [], quality: 80, stallMs: 3000, probe: 'quick' },
    { everyMs: 100, signal: new AbortController().signal, onPicture: () => (pictures += 1) },
  );
  return { end: await ended, pictures };
}

/** Servers of one connection after another, which end with the suite. */
function useSockets() {
  const closing: (() => void)[] = [];
  after(() => {
    for (const close of closing) close();
  });
  return async (onSocket: (socket: Socket) => void, tls?: { key: string; cert: string }): Promise<number> => {
    const accept = (socket: Socket): void => {
      closing.push(() => socket.destroy());
      socket.on('error', () => undefined); // ffmpeg is gone
      onSocket(socket);
    };
    const server = tls ? createTlsServer(tls, accept) : createTcpServer(accept);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  };
}

function certificateFor(name: string): { key: string; cert: string } {
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -keyout -`;
  const pem = execFileSync('openssl', [...words.split(' '), '-addext', `subjectAltName=DNS:${name}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [key = '', cert = ''] = pem.match(/-----BEGIN [^]*?-----END .*-----/g) ?? [];
  return { key, cert };
}

describe('a source with TLS', () => {
  const clips = useClips();
  const serve = useServers();
  const listen = useSockets();
  let own: { key: string; cert: string };
  before(() => {
    own = certificateFor(NAME);
  });

  async function playlistAt(host: string): Promise<string> {
    await clips.make('clip.ts', { seconds: 2 });
    const segment = await readFile(clips.path('clip.ts'));
    const server = await serve({ host: '127.0.0.1', ...own });
    server.answer = ({ url }, response) => {
      if (url === '/live.m3u8')
        response.end(
          `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttps://${host}:${server.port}/clip.ts\n#EXT-X-ENDLIST\n`,
        );
      else response.end(segment);
    };
    return `https://${host}:${server.port}/live.m3u8`;
  }

  it('is captured where its certificate is trusted, its segments too', async () => {
    const { end, pictures } = await view(await playlistAt(NAME), { ca: own.cert });
    assert.equal(end.code, 'source-ended');
    assert.ok(pictures > 10, `${pictures} pictures`);
  });

  it('is not captured where nobody trusts its certificate', async () => {
    const { end, pictures } = await view(await playlistAt(NAME));
    assert.equal(end.code, 'source-untrusted');
    assert.equal(pictures, 0);
  });

  it('is not captured where its certificate is for another name', async () => {
    const { end } = await view(await playlistAt('other.example'), { ca: own.cert });
    assert.equal(end.code, 'source-untrusted');
  });

  it('is captured all the same in a lab', async () => {
    assert.ok((await view(await playlistAt('other.example'), { isVerified: false })).pictures > 10);
  });

  for (const scheme of ['rtmps', 'rtsps']) {
    it(`is not spoken to over ${scheme} where nobody trusts its certificate`, async () => {
      let heard = 0;
      const port = await listen((socket) => socket.on('data', (piece) => (heard += piece.length)), own);
      assert.equal((await view(`${scheme}://${NAME}:${port}/live/key`)).end.code, 'source-untrusted');
      assert.equal(heard, 0);
    });

    it(`is spoken to over ${scheme} where its certificate is trusted`, async () => {
      let heard = 0;
      const port = await listen((socket) => socket.on('data', (piece) => (heard += piece.length)), own);
      await view(`${scheme}://${NAME}:${port}/live/key`, { ca: own.cert });
      assert.ok(heard > 0);
    });
  }
});

describe('a source over RTMP', () => {
  const listen = useSockets();

  /** The commands that a server is given, up to the one that plays. */
  async function askedBy(start: (port: number) => Promise<unknown>): Promise<string[]> {
    const asked: string[] = [];
    const port = await listen((socket) => {
      const hear = createRtmpMessages((command) => {
        asked.push(command.toString('latin1'));
        const [, name = ''] = /^\x02\0.(\w+)/s.exec(command.toString('latin1')) ?? [];
        const number = command.subarray(3 + name.length, 12 + name.length);
        if (name === 'connect' || name === 'createStream') socket.write(result(number));
        if (name === 'play') socket.destroy();
        return command;
      });
      let greeting = Buffer.alloc(0);
      socket.on('data', (piece) => {
        if (greeting.length < 1537) {
          greeting = Buffer.concat([greeting, piece]);
          if (greeting.length >= 1537)
            socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536, 1), greeting.subarray(1, 1537)]));
        }
        hear(piece);
      });
    });
    await start(port);
    return asked.map((each) => each.replaceAll(String(port), 'PORT'));
  }

  for (const path of [
    '/live/key',
    '/live/key?token=a',
    '/live/key?token=a/b',
    '/live?token=a/key',
    '/live/room/key',
    '/app',
    '/live/mp4:a/b',
    '/vod/film.mp4',
    '/a/b?slist=c&d=e',
  ]) {
    it(`is told what it would be told without a relay: ${path}`, async () => {
      const direct = await askedBy(async (port) => {
        const args = [
          '-v',
          'quiet',
          '-rw_timeout',
          '3000000',
          '-i',
          `rtmp://127.0.0.1:${port}${path}`,
          '-f',
          'null',
          '-',
        ];
        await new Promise((done) => execFile(FFMPEG, args, done));
      });
      const relayed = await askedBy((port) => view(`rtmp://127.0.0.1:${port}${path}`));
      assert.match(direct.at(-1) ?? '', /play/);
      assert.deepEqual(relayed, direct);
    });
  }

  it('is named in the line to see it by hand, and its relay is not', async () => {
    const { end } = await view(`rtmp://${NAME}:1/live/key`);
    assert.match(end.command, / -i '?rtmp:\/\/source\.example:1\//);
    assert.doesNotMatch(end.command, /127\.0\.0\.1/);
  });

  it('is told its login by ffmpeg itself', async () => {
    const [connect = ''] = await askedBy((port) => view(`rtmp://ann:pw@127.0.0.1:${port}/live/key`));
    assert.match(connect, /connect.*tcUrl.*rtmp:\/\/127\.0\.0\.1:PORT\/live/s);
  });

  it('is unreachable where nobody listens', async () => {
    const { end } = await view(`rtmp://127.0.0.1:${await closedPort()}/live/key`);
    assert.equal(end.code, 'source-unreachable');
  });

  it('is forbidden inside the network', async () => {
    const { end } = await view(`rtmp://127.0.0.2:${await closedPort()}/live/key`);
    assert.equal(end.code, 'source-address-forbidden');
  });
});

describe('a source over RTSP', () => {
  const listen = useSockets();
  const folder = useTempFolder();

  it('is captured over one connection, with a login by digest', async () => {
    const camera = await openCamera(folder());
    const ending = new AbortController();
    try {
      let pictures = 0;
      const { ended } = oneProcess({ ffmpeg: FFMPEG, gateway: openTestGateway(), nowMs }).open(
        { url: camera.url, sizes: [], quality: 80, stallMs: 5000, probe: 'quick' },
        {
          everyMs: 100,
          signal: ending.signal,
          onPicture() {
            pictures += 1;
            if (pictures === 5) ending.abort();
          },
        },
      );
      const { tail } = await ended;
      assert.equal(pictures, 5, tail.join('\n'));
      for (const uri of camera.asked) assert.ok(uri.startsWith(camera.url.replace(/\/\/.*@/, '//')), uri);
    } finally {
      await camera.close();
    }
  });

  it('is not followed where it redirects', async () => {
    let heard = 0;
    const inside = await listen(() => (heard += 1));
    const port = await listen((socket) => {
      socket.on('data', (piece) => {
        const sequence = /CSeq: (\d+)/.exec(piece.toString())?.[1] ?? '1';
        socket.write(`RTSP/1.0 302 Found\r\nCSeq: ${sequence}\r\nLocation: rtsp://127.0.0.1:${inside}/x\r\n\r\n`);
      });
    });
    const { end } = await view(`rtsp://127.0.0.1:${port}/live`);
    assert.equal(end.code, 'source-address-forbidden');
    assert.equal(heard, 0);
  });

  it('is unreachable where nobody listens', async () => {
    const { end } = await view(`rtsp://127.0.0.1:${await closedPort()}/live`);
    assert.equal(end.code, 'source-unreachable');
  });
});
