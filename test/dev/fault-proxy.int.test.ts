import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { startFaultProxy, type FaultProxy } from '../../dev/fault-proxy.js';
import { LOOPBACK } from '../../dev/ports.js';

const SHORT_MS = 200;

describe('a fault proxy', () => {
  let server: Server;
  let proxy: FaultProxy;
  let received: string;
  const sockets = new Set<Socket>();

  async function start(made: Server): Promise<void> {
    server = made.listen(0, LOOPBACK);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    proxy = await startFaultProxy({ target: () => port });
  }
  /** Answers each piece with the same in upper case. */
  const startEcho = (): Promise<void> =>
    start(
      createServer((socket) => {
        socket
          .on('error', () => {})
          .on('data', (data) => {
            received += String(data);
            socket.write(String(data).toUpperCase());
          });
      }),
    );
  function open(): Socket {
    const socket = connect({ port: proxy.port, host: LOOPBACK }).on('error', () => {});
    sockets.add(socket);
    return socket;
  }
  async function ask(socket: Socket, question: string): Promise<string> {
    socket.write(question);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return String(answer);
  }
  const silent = async (socket: Socket): Promise<boolean> => {
    const ending = new AbortController();
    const heard = once(socket, 'data', ending).then(
      () => false,
      () => true,
    );
    setTimeout(() => ending.abort(), SHORT_MS);
    return heard;
  };

  beforeEach(() => {
    received = '';
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await proxy.close();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });

  it('passes both directions on, and has hit nothing', async () => {
    await startEcho();
    assert.equal(await ask(open(), 'a'), 'A');
    assert.equal(proxy.hits, 0);
  });

  it('refuses: resets what is open, lets nobody in, and listens at the same port again', async () => {
    await startEcho();
    const before = open();
    await ask(before, 'a');
    const closed = new Promise((resolve) => before.once('close', resolve));
    await proxy.set({ kind: 'refuse' });
    await closed;
    const [error] = (await once(connect({ port: proxy.port, host: LOOPBACK }), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    await proxy.set({ kind: 'pass' });
    assert.equal(await ask(open(), 'b'), 'B');
    assert.ok(proxy.hits > 0);
  });

  it('is a black hole to open connections and to new ones, and passes late what was sent into it', async () => {
    await startEcho();
    const before = open();
    await ask(before, 'a');
    await proxy.set({ kind: 'black-hole' });
    const after = open();
    before.write('b');
    after.write('c');
    assert.deepEqual(await Promise.all([silent(before), silent(after)]), [true, true]);
    assert.equal(received, 'a');
    const late = [before, after].map(async (socket) => String((await once(socket, 'data'))[0]));
    await proxy.set({ kind: 'pass' });
    assert.deepEqual(await Promise.all(late), ['B', 'C']);
    assert.ok(proxy.hits > 0);
  });

  it('is slow for all connections together', async () => {
    await startEcho();
    await proxy.set({ kind: 'slow', bytesPerSecond: 100_000 });
    const startedAt = performance.now();
    const sent = [open(), open()].map(async (socket) => {
      socket.write('x'.repeat(20_000));
      for (let bytes = 0; bytes < 20_000;) bytes += ((await once(socket, 'data')) as [Buffer])[0].length;
    });
    await Promise.all(sent);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs > 350 && tookMs < 1500, `${tookMs} ms for 40 kB each way`);
  });

  it('cuts an answer in its midst', async () => {
    await start(createServer((socket) => socket.on('error', () => {}).end('x'.repeat(50_000))));
    await proxy.set({ kind: 'cut', afterBytes: 1000 });
    const received = await buffer(connect({ port: proxy.port, host: LOOPBACK })).catch(
      ({ code }: { code: string }) => code,
    );
    // Whether the reset or the last bytes come first is the kernel's choice.
    assert.ok(received === 'ECONNRESET' || received.length < 50_000, `${received.length} bytes`);
  });

  it('drops acknowledgements: what is asked arrives', async () => {
    await startEcho();
    const socket = open();
    await ask(socket, 'a');
    await proxy.set({ kind: 'drop-acknowledgement' });
    socket.write('b');
    assert.ok(await silent(socket));
    assert.equal(received, 'ab');
  });

  it('answers so many requests itself, bodies read, and forwards the others', async () => {
    await start(
      createHttpServer((request, response) => {
        void text(request).then((body) => response.end(`${request.method} ${request.url} ${body}`));
      }),
    );
    await proxy.set({ kind: 'answer', status: 503, code: 'SlowDown', requests: 2 });
    const ask = async (): Promise<[number, string]> => {
      const put = httpRequest({ host: LOOPBACK, port: proxy.port, path: '/key', method: 'PUT', agent: false });
      put.end('x'.repeat(100_000));
      const [answer] = (await once(put, 'response')) as [IncomingMessage];
      return [answer.statusCode ?? 0, await text(answer)];
    };
    const answers = [await ask(), await ask(), await ask()];
    assert.deepEqual(
      answers.map(([status]) => status),
      [503, 503, 200],
    );
    assert.ok(answers[2]?.[1].startsWith('PUT /key xxx'));
    assert.equal(proxy.hits, 2);
    await proxy.set({ kind: 'answer', status: 412, code: 'PreconditionFailed' });
    const [status, body] = await ask();
    assert.match(body, /<Code>PreconditionFailed<\/Code>/);
    assert.equal(status, 412);
  });

  it('resets its client where the target is gone', async () => {
    await startEcho();
    server.close();
    await once(server, 'close');
    const socket = open();
    socket.write('a');
    await new Promise((resolve) => socket.once('close', resolve));
  });
});
