import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { choosePort, LOOPBACK, reach } from '../../dev/ports.js';
import { useTempFolder } from './temp-folder.js';

describe('the port of a server', () => {
  const home = useTempFolder();
  const open: Server[] = [];
  afterEach(() => Promise.all(open.splice(0).map((server) => new Promise((closed) => server.close(closed)))));

  async function listen(port = 0): Promise<number> {
    const server = createServer().listen(port, LOOPBACK);
    open.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('is the one it had before in this home, while that is free', async () => {
    const port = await choosePort(home(), { name: 'a' });
    assert.equal(await choosePort(home(), { name: 'a' }), port);
    assert.notEqual(await choosePort(home(), { name: 'b' }), port);
    await listen(port);
    assert.notEqual(await choosePort(home(), { name: 'a' }), port);
  });

  it('is the usual one where asked for and free', async () => {
    const usual = await choosePort(home(), { name: 'a' });
    assert.equal(await choosePort(home(), { name: 'b', usual, choice: 'usual' }), usual);
    assert.notEqual(await choosePort(home(), { name: 'c', usual: await listen(), choice: 'usual' }), usual);
  });

  it('stays the same for what is started again, or the start fails', async () => {
    const port = await choosePort(home(), { name: 'a' });
    await listen(port);
    await assert.rejects(choosePort(home(), { name: 'a', choice: 'same' }), {
      type: 'stack-failed',
      message: `a cannot start again: port ${port} is taken`,
    });
  });

  it('is reached when something listens there', async () => {
    await reach(await listen());
    await assert.rejects(reach(await choosePort(home(), { name: 'a' })), /ECONNREFUSED/);
  });
});
