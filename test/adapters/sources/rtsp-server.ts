import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { FFMPEG } from '../../media/clips.js';
import { eventually } from '../../harness/eventually.js';

const REALM = 'camera';
const NONCE = '0123456789abcdef';
const USER = 'ann';

/** A camera: it asks for a login by digest, plays one live track over the connection, and tells what it was asked for. */
export async function openCamera(folder: string, { password = 'pw' } = {}) {
  /** The addresses that it was asked for. */
  const asked: string[] = [];
  const players = new Set<Socket>();
  const media = createSocket('udp4');
  media.bind(0, '127.0.0.1');
  await once(media, 'listening');
  media.on('message', (packet) => {
    const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
    for (const player of players) player.write(Buffer.concat([head, packet]));
  });
  const sdpFile = join(folder, 'camera.sdp');
  const encoder = execa(
    FFMPEG,
    [
      ...['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', 'testsrc=size=64x36:rate=10'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p'],
      ...['-bsf:v', 'dump_extra', '-sdp_file', sdpFile],
      ...['-f', 'rtp', `rtp://127.0.0.1:${media.address().port}?pkt_size=1200`],
    ],
    { reject: false },
  );
  const sdp = await eventually(() => readFile(sdpFile, 'utf8').catch(() => undefined), {
    withinMs: 10_000,
    what: 'a description of the track',
  });
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // the player is gone
    socket.on('close', () => players.delete(socket));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      for (let end; (end = text.indexOf('\r\n\r\n')) >= 0; text = text.slice(end + 4))
        answer(text.slice(0, end), socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function answer(request: string, socket: Socket): void {
    const [, method = '', uri = ''] = /([A-Z_]+) (\S+) RTSP/.exec(request) ?? [];
    asked.push(uri);
    const say = (status: string, ...lines: string[]): void => {
      const sequence = /CSeq: (\d+)/.exec(request)?.[1] ?? '0';
      socket.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...lines, '', ''].join('\r\n'));
    };
    if (method === 'OPTIONS') say('200 OK', 'Public: DESCRIBE, SETUP, PLAY');
    else if (!isLoggedIn(request, { method, uri, password }))
      say('401 Unauthorized', `WWW-Authenticate: Digest realm="${REALM}", nonce="${NONCE}"`);
    else if (method === 'DESCRIBE') {
      const body = sdp.replace(/^SDP:\n/, '').replaceAll(/m=video \d+/g, 'm=video 0');
      say(
        '200 OK',
        'Content-Type: application/sdp',
        `Content-Base: ${uri}/`,
        `Content-Length: ${body.length}`,
        '',
        body,
      );
    } else if (method === 'SETUP') say('200 OK', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1');
    else say('200 OK', 'Session: 1');
    if (method === 'PLAY') players.add(socket);
  }

  const { port } = server.address() as AddressInfo;
  return {
    url: `rtsp://${USER}:${password}@127.0.0.1:${port}/cam`,
    asked,
    async close() {
      encoder.kill('SIGKILL');
      await encoder;
      for (const player of players) player.destroy();
      server.close();
      media.close();
    },
  };
}

/** As a strict server does: the address in the login is the one in the request. */
function isLoggedIn(
  request: string,
  { method, uri, password }: { method: string; uri: string; password: string },
): boolean {
  const field = (name: string): string => new RegExp(`[ ,]${name}="([^"]*)"`).exec(request)?.[1] ?? '';
  const expected = md5(`${md5(`${USER}:${REALM}:${password}`)}:${NONCE}:${md5(`${method}:${uri}`)}`);
  return field('uri') === uri && field('response') === expected;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
