import assert from 'node:assert/strict';
import { createNetworks } from '../../adapters/network/networks.js';
import { allowedNetworks } from '../../runtime/allowed-networks.js';

const settings = {
  sourceNetworks: ['10.1.0.0/16'],
  inputNetworks: ['10.2.0.0/16'],
  callbackNetworks: ['10.3.0.0/16'],
  allowPrivateSources: false,
};

describe('the networks of a configuration', () => {
  it('are a list each for sources, inputs and callbacks', () => {
    assert.deepEqual(allowedNetworks(settings), {
      sources: ['10.1.0.0/16'],
      inputs: ['10.2.0.0/16'],
      callbacks: ['10.3.0.0/16'],
    });
  });

  for (const kind of ['sources', 'inputs', 'callbacks'] as const) {
    const networks = createNetworks(allowedNetworks({ ...settings, allowPrivateSources: true })[kind]);

    it(`of old allow every private one for ${kind}`, () => {
      for (const address of ['10.9.9.9', '172.16.0.1', '192.168.0.1', '127.0.0.1', '100.64.0.1', '::1', 'fd00::1'])
        assert.ok(networks.allow(address), address);
    });

    it(`of old do not allow for ${kind} where clouds give out credentials`, () => {
      for (const address of ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200'])
        assert.ok(!networks.allow(address), address);
    });
  }
});
