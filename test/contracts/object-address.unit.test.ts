import assert from 'node:assert/strict';
import { isBelow, keyBelow, objectAddress, placeOfAddress } from '../../contracts/object-address.js';
import { random } from './random.js';

const AWKWARD = [...' %+#?&=/:@!\'()*,;~\\"<>|^`{}[]é日😀\t\n.aZ0-_'];

describe('the address of an object', () => {
  it('comes back as the key that it was made of, whatever its characters', () => {
    const { int } = random(9);
    for (let round = 0; round < 2000; round += 1) {
      const length = int(1, 30);
      const key = Array.from({ length }, () => AWKWARD[int(0, AWKWARD.length - 1)]).join('');
      const address = objectAddress({ bucket: 'media', key });
      assert.deepEqual(placeOfAddress(address), { bucket: 'media', key }, address);
      assert.match(address, /^[\x21-\x7e]+$/, 'no space, no other letters');
    }
  });

  for (const key of ['acme/frames/cam-1/2026/1_640x360.jpg', "a/b!'()*-_.~.mov"])
    it(`has no escapes for ${key}`, () => {
      assert.equal(objectAddress({ bucket: 'b', key }), `s3://b/${key}`);
    });

  for (const [address, key] of [
    ['s3://b/in/a%20b.mov', 'in/a b.mov'],
    ['s3://b/in/a b.mov', 'in/a b.mov'],
    ['s3://b/in/100%.mov', 'in/100%.mov'],
    ['s3://b/my%20films/100%.mov', 'my films/100%.mov'],
    ['s3://b/in/a+b.mov', 'in/a+b.mov'],
    ['s3://b/in/what?.mov', 'in/what?.mov'],
    ['s3://b/in/take#2.mov', 'in/take#2.mov'],
    ['s3://b/in/é.mov', 'in/é.mov'],
    ['s3://b/in/%C3%A9.mov', 'in/é.mov'],
  ] as const)
    it(`${address} names ${key}`, () => {
      assert.deepEqual(placeOfAddress(address), { bucket: 'b', key });
    });

  for (const none of ['s3://b', 's3://b/', 's3:///k', 'https://b/k', 'b/k'])
    it(`${none} names none`, () => {
      assert.equal(placeOfAddress(none), undefined);
    });

  for (const [root, address, key] of [
    ['s3://b/', 's3://b/in/my%20film%20100%25.mov', 'in/my film 100%.mov'],
    ['s3://b/my%20place/', 's3://b/my%20place/a.mov', 'a.mov'],
    ['s3://b/place/', 's3://b/place/100%.mov', '100%.mov'],
    ['file:///srv/', 'file:///srv/in/a%20b.mov', 'in/a b.mov'],
    ['s3://b/place/', 's3://b/other/a.mov', undefined],
    ['s3://b/place/', 's3://b/place/', undefined],
  ] as const)
    it(`${address} is ${key} below ${root}`, () => {
      assert.equal(keyBelow(root, address), key);
    });

  for (const [key, prefix, expected] of [
    ['in/a.ts', 'in/', true],
    ['in/a..b.ts', 'in/', true],
    ['internal/a.ts', 'in/', false],
    ['in/../out/a.ts', 'in/', false],
    ['in/./a.ts', 'in/', false],
  ] as const)
    it(`the key ${key} is ${expected ? '' : 'not '}below ${prefix}`, () => {
      assert.equal(isBelow(key, prefix), expected);
    });
});
