import assert from 'node:assert/strict';
import { renameIn } from '../../../adapters/sources/rtmp-command.js';

const text = (value: string): Buffer => Buffer.concat([Buffer.from([2, 0, value.length]), Buffer.from(value)]);
const named = (name: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), value]);
const number = Buffer.from([0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
const none = Buffer.from([5]);
const yes = Buffer.from([1, 1]);
const date = Buffer.from([11, ...Buffer.alloc(10)]);
const object = (...fields: Buffer[]): Buffer => Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])]);
const map = (...fields: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([8, 0, 0, 0, fields.length]), ...fields, Buffer.from([0, 0, 9])]);
const list = (...values: Buffer[]): Buffer => Buffer.concat([Buffer.from([10, 0, 0, 0, values.length]), ...values]);
const longText = Buffer.from([12, 0, 0, 0, 2, 65, 65]);

const rename = (value: string): string => ({ told: 'a name that is longer', live: '' })[value] ?? value;

/** The same command with one text and with another. */
const CASES: [what: string, command: (value: string) => Buffer[]][] = [
  ['an argument', (value) => [text('play'), number, none, text(value), number]],
  ['a field', (value) => [text('connect'), number, object(named('app', text(value)), named('fpad', yes))]],
  ['a field of a field', (value) => [object(named('a', object(named('b', text(value)))))]],
  ['an entry of a map', (value) => [map(named('a', date), named('b', text(value)))]],
  ['an item of a list', (value) => [list(none, text(value), longText), text('x')]],
  ['several places', (value) => [text(value), object(named('a', text(value))), text(value)]],
];

describe('a command of RTMP', () => {
  for (const [what, command] of CASES) {
    const said = (value: string): string => Buffer.concat(command(value)).toString('hex');
    for (const value of ['told', 'live', 'other'])
      it(`has the text ${value} renamed in ${what}`, () => {
        assert.equal(renameIn(Buffer.from(said(value), 'hex'), rename).toString('hex'), said(rename(value)));
      });
  }

  it('keeps names of fields', () => {
    const command = object(named('told', number));
    assert.equal(renameIn(command, rename).toString('hex'), command.toString('hex'));
  });

  for (const [what, rest] of [
    ['a type that AMF0 has not', [0x7f, 1, 2]],
    ['a text that is cut off', [2, 0, 9, 65]],
    ['a list that says it is longer', [10, 0xff, 0xff, 0xff, 0xff, 5]],
    ['objects deep in one another', Array.from({ length: 60 }, () => [3, 0, 1, 65]).flat()],
  ] as const)
    it(`stays as it is from ${what} on`, () => {
      const command = Buffer.concat([text('told'), Buffer.from(rest)]);
      const heard = Buffer.concat([text('a name that is longer'), Buffer.from(rest)]);
      assert.equal(renameIn(command, rename).toString('hex'), heard.toString('hex'));
    });
});
