import assert from 'node:assert/strict';
import { createNetworks, isNetwork, PRIVATE_NETWORKS } from '../../../adapters/network/networks.js';

const PUBLIC = ['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'];
const PRIVATE = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '127.0.0.1',
  '100.64.0.1',
  '::1',
  'fd00::1',
  '::ffff:10.0.0.1',
];
const SPECIAL = [
  ...['0.0.0.0', '192.0.2.1', '192.88.99.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255'],
  ...['::', '::7f00:1', '::ffff:0:7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a9fe:a9fe', '2001::1', '2002:a00:1::'],
  ...['3fff::1', '5f00::1', 'ff02::1', '2001:db8::1'],
];
/** Link-local, and where clouds give out credentials. */
const NEVER = [
  ...['169.254.169.254', '169.254.170.2', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
  ...['fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe'],
];
const EVERYTHING = ['0.0.0.0/0', '::/0'];

describe('the networks that may be reached', () => {
  for (const address of PUBLIC) it(`hold ${address}`, () => assert.ok(createNetworks([]).allow(address)));

  for (const address of [...PRIVATE, ...SPECIAL, ...NEVER])
    it(`do not hold ${address}`, () => assert.ok(!createNetworks([]).allow(address)));

  for (const address of PRIVATE)
    it(`hold ${address} where private networks are allowed`, () =>
      assert.ok(createNetworks(PRIVATE_NETWORKS).allow(address)));

  for (const address of SPECIAL)
    it(`hold ${address} where everything is allowed`, () => assert.ok(createNetworks(EVERYTHING).allow(address)));

  for (const address of NEVER)
    it(`never hold ${address}`, () => assert.ok(!createNetworks([...EVERYTHING, ...PRIVATE_NETWORKS]).allow(address)));

  it('hold of a private network what the range says, and no more', () => {
    const networks = createNetworks(['10.1.0.0/16']);
    assert.ok(networks.allow('10.1.2.3'));
    assert.ok(!networks.allow('10.2.2.3'));
  });

  it('hold nothing that is no address', () => assert.ok(!createNetworks(EVERYTHING).allow('localhost')));
});

describe('a range of addresses', () => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '::1/128', 'fc00::/7'])
    it(`may be ${text}`, () => assert.ok(isNetwork(text)));
  for (const text of ['10.0.0.0', '10.0.0/8', '10.0.0.0/33', '::/129', 'localhost/8', '10.0.0.0/-1', ''])
    it(`may not be "${text}"`, () => assert.ok(!isNetwork(text)));
});
