import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openMediaInputs, type MediaInputsOptions } from '../../../adapters/inputs/open-media-inputs.js';
import type { MediaInputs } from '../../../adapters/inputs/media-inputs.js';
import { createNetworks, PRIVATE_NETWORKS } from '../../../adapters/network/networks.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import { tasksOf } from '../../../contracts/object-notification.js';
import { parseTrigger } from '../../../contracts/object-trigger.js';
import { parseTranscodeRequest } from '../../../contracts/transcode.js';
import { s3Server } from '../../harness/servers.js';
import { allOf } from '../../port-suites/all-of.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { itReadsInputs } from '../../port-suites/media-inputs.js';
import { closedPort } from '../silent-server.js';
import { fileServer, serving } from './file-server.js';

const open = (overrides: Partial<MediaInputsOptions> = {}): MediaInputs =>
  openMediaInputs({ s3: {}, allowNetworks: PRIVATE_NETWORKS, allowFolders: [], maxBytes: 1_000_000, ...overrides });

describe('inputs', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const folder = async (): Promise<string> => {
    const at = await mkdtemp(path.join(tmpdir(), 'reelay-inputs-'));
    closing.push(() => rm(at, { recursive: true, force: true }));
    return at;
  };

  describe('of a web server', () => {
    itReadsInputs(async () => {
      const { put, close } = await fileServer();
      const inputs = open();
      return { inputs, put, close: () => Promise.all([inputs.close(), close()]).then(() => undefined) };
    });
  });

  describe('of a web server without ranges', () => {
    itReadsInputs(async () => {
      const { put, close } = await fileServer({ hasRanges: false });
      const inputs = open();
      return { inputs, put, close: () => Promise.all([inputs.close(), close()]).then(() => undefined) };
    });
  });

  describe('of a web server that tells neither lengths nor ETags of small files', () => {
    it('are read whole', async () => {
      const { put, close } = await fileServer({ hasRanges: false, hasLengths: false, hasTags: false });
      closing.push(close);
      const inputs = open();
      closing.push(() => inputs.close());
      const url = await put('film.ts', Buffer.from('film'));
      const version = await inputs.inspect(url, {});
      assert.deepEqual(version, { sizeBytes: 4, tag: 'Sat, 21 Nov 2026 00:00:00 GMT' });
      assert.equal(
        String(Buffer.concat((await allOf(await inputs.read(url, { version, fromByte: 1 }))) as Buffer[])),
        'ilm',
      );
    });
  });

  describe('of a bucket', () => {
    itReadsInputs(async () => {
      const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
      const s3 = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
      const store = s3ObjectStore({ ...s3, bucket, prefix: `test/${randomUUID()}` });
      const inputs = open({ s3 });
      return {
        inputs,
        async put(name, bytes) {
          await store.put(name, bytes, { contentType: 'video/mp4' });
          return store.url(name);
        },
        close: () => Promise.all([inputs.close(), store.close()]).then(() => undefined),
      };
    });
  });

  describe('of a folder', () => {
    itReadsInputs(async () => {
      const at = await folder();
      const inputs = open({ allowFolders: [at] });
      return {
        inputs,
        async put(name, bytes) {
          await mkdir(path.dirname(path.join(at, name)), { recursive: true });
          await writeFile(path.join(at, name), bytes);
          return pathToFileURL(path.join(at, name)).href;
        },
        close: () => inputs.close(),
      };
    });

    it('are refused outside of it, by links too, and where they are no regular files', async () => {
      const [at, outside] = [await folder(), await folder()];
      await writeFile(path.join(outside, 'secret'), 'x');
      await symlink(path.join(outside, 'secret'), path.join(at, 'link'));
      await symlink(outside, path.join(at, 'way'));
      const inputs = open({ allowFolders: [at] });
      const urlOf = (file: string): string => pathToFileURL(file).href;
      const links = [
        path.join(at, 'link'),
        path.join(at, 'way', 'secret'),
        `${at}/../${path.basename(outside)}/secret`,
      ];
      for (const file of [...links, path.join(outside, 'secret'), path.join(outside, 'not-there'), '/dev/zero', at])
        await assert.rejects(inputs.inspect(urlOf(file), {}), failingWith('input-forbidden'), file);
      await assert.rejects(open().inspect(urlOf(path.join(at, 'link')), {}), failingWith('input-forbidden'));
    });
  });

  it('of a playlist whose segments have no validator say so in their version', async () => {
    const text = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n';
    const tagOf = async (headers: http.OutgoingHttpHeaders): Promise<string> => {
      const origin = await withServer(({ url }, response) => {
        const body = url === '/a.ts' ? 'segment' : text;
        response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
      });
      const inputs = open();
      closing.push(() => inputs.close());
      return (await inputs.inspect(`${origin}/list.m3u8`, {})).tag;
    };
    assert.match(await tagOf({}), /^playlist:\?[0-9a-f]{64}$/);
    assert.match(await tagOf({ etag: '"v1"' }), /^playlist:[0-9a-f]{64}$/);
  });

  it('of a bucket are opened at the address that a notification asks for, whatever their keys', async () => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
    const s3 = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    const prefix = `test/${randomUUID()}`;
    const store = s3ObjectStore({ ...s3, bucket, prefix });
    const inputs = open({ s3 });
    closing.push(() => Promise.all([inputs.close(), store.close()]));
    const trigger = parseTrigger({ name: 'up', bucket, profile: 'hls' });
    for (const name of ['my movie 100%.mov', 'a+b#c?d.mov', 'é 日本.mov', '%41.mov']) {
      await store.put(name, Buffer.from(name), { contentType: 'video/quicktime' });
      const object = { key: encodeURIComponent(`${prefix}/${name}`), eTag: 'x' };
      const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } };
      const [start] = (await tasksOf({ Records: [record] }, [trigger])).starts;
      const { url } = parseTranscodeRequest(start).input;
      assert.equal((await inputs.inspect(url, {})).sizeBytes, Buffer.byteLength(name), name);
    }
  });

  it('of a bucket that is not allowed are refused, by what a playlist names too', async () => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
    const s3 = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    const store = s3ObjectStore({ ...s3, bucket, prefix: `test/${randomUUID()}` });
    const inputs = open({ s3, allowAddresses: [store.url('in/x').slice(0, -1)] });
    closing.push(() => Promise.all([inputs.close(), store.close()]));
    for (const key of ['in/a.ts', 'private/a.ts'])
      await store.put(key, Buffer.from(key), { contentType: 'video/mp2t' });
    assert.equal((await inputs.inspect(store.url('in/a.ts'), {})).sizeBytes, 'in/a.ts'.length);
    await assert.rejects(inputs.inspect(store.url('private/a.ts'), {}), failingWith('input-forbidden'));
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${store.url('private/a.ts')}\n#EXT-X-ENDLIST\n`;
    await store.put('in/x.mov', Buffer.from(text), { contentType: 'video/quicktime' });
    await assert.rejects(inputs.inspect(store.url('in/x.mov'), {}), failingWith('playlist-forbidden'));
  });

  const withServer = async (answer: http.RequestListener): Promise<string> => {
    const { origin, close } = await serving(answer);
    closing.push(close);
    return origin;
  };

  it('inside the network are refused, by address, by name, by redirect', async () => {
    const origin = await withServer((_, response) => void response.writeHead(200, { 'content-length': 1 }).end('x'));
    const { port } = new URL(origin);
    const guarded = open({ allowNetworks: [] });
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '10.0.0.1',
      '169.254.169.254',
    ])
      await assert.rejects(guarded.inspect(`http://${host}:${port}/`, {}), failingWith('input-forbidden'), host);
    for (const address of ['8.8.8.8', '2606:4700::1111']) assert.ok(createNetworks([]).allow(address));
    await guarded.close();
  });

  it('are followed over five redirects, to http alone, and without the password of another host', async () => {
    const seen: (string | undefined)[] = [];
    const other = await withServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(200, { 'content-length': 1 }).end('x');
    });
    const origin = await withServer(({ url = '', headers }, response) => {
      seen.push(headers.authorization);
      const left = Number(url.slice(1));
      const location = url === '/file' ? 'file:///etc/passwd' : left > 1 ? `/${left - 1}` : other;
      response.writeHead(302, { location }).end();
    });
    const inputs = open();
    closing.push(() => inputs.close());
    await inputs.inspect(`${origin.replace('//', '//me:secret@')}/2`, {});
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    assert.deepEqual(seen.slice(0, 3), [basic, basic, undefined]);
    assert.equal((await inputs.inspect(`${origin}/5`, {})).sizeBytes, 1);
    await assert.rejects(inputs.inspect(`${origin}/6`, {}), failingWith('input-unsupported'));
    await assert.rejects(inputs.inspect(`${origin}/file`, {}), failingWith('input-forbidden'));
  });

  for (const [status, code] of [
    [401, 'input-denied'],
    [403, 'input-denied'],
    [404, 'input-not-found'],
    [410, 'input-not-found'],
    [408, 'input-unreachable'],
    [429, 'input-unreachable'],
    [503, 'input-unreachable'],
  ] as const) {
    it(`answered ${status} are ${code}`, async () => {
      const origin = await withServer((_, response) => void response.writeHead(status).end());
      const inputs = open();
      closing.push(() => inputs.close());
      await assert.rejects(inputs.inspect(origin, {}), failingWith(code));
    });
  }

  it('are unreachable where nobody listens, or where the line is cut, and go on after that', async () => {
    const bytes = randomBytes(200_000);
    const etag = '"v1"';
    let isCut = false;
    const origin = await withServer(({ headers }, response) => {
      const from = Number(/=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      const isProbe = headers.range === 'bytes=0-0';
      const end = isProbe ? 0 : bytes.length - 1;
      const range = `bytes ${from}-${end}/${bytes.length}`;
      response.writeHead(206, { etag, 'content-range': range, 'content-length': end + 1 - from });
      if (isProbe || !isCut) return void response.end(bytes.subarray(from, end + 1));
      isCut = false;
      response.write(bytes.subarray(from, 100_000), () => response.destroy());
    });
    const inputs = open();
    closing.push(() => inputs.close());
    const version = await inputs.inspect(origin, {});
    isCut = true;
    const got: Buffer[] = [];
    const readOn = async (fromByte: number): Promise<void> => {
      for await (const chunk of await inputs.read(origin, { version, fromByte })) got.push(chunk as Buffer);
    };
    await assert.rejects(readOn(0), failingWith('input-unreachable'));
    await readOn(Buffer.concat(got).length);
    assert.ok(Buffer.concat(got).equals(bytes));
    await assert.rejects(
      inputs.inspect(`http://127.0.0.1:${await closedPort()}/`, {}),
      failingWith('input-unreachable'),
    );
  });
});
