import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import {
  isParked,
  isWanted,
  parseRedriveRequest,
  redriveIdOf,
  type LetterFilter,
  type RedriveRequest,
} from '../../contracts/redrive.js';
import { letterOf } from '../client/stored-session.js';

describe('a filter of dead letters', () => {
  const letter = letterOf(1);
  const cases: [LetterFilter, boolean][] = [
    [{}, true],
    [{ kind: 'frame', tenant: 'acme', streamId: 'cam', disposition: 'exhausted' }, true],
    [{ tenant: 'other' }, false],
    [{ streamId: 'other' }, false],
    [{ disposition: 'poison' }, false],
    [{ beforeMs: letter.lastFailedAtMs + 1 }, true],
    [{ beforeMs: letter.lastFailedAtMs }, false],
    [{ tenant: 'acme', disposition: 'rejected' }, false],
  ];
  for (const [filter, passes] of cases)
    it(`${passes ? 'takes' : 'leaves out'} a letter by ${JSON.stringify(filter)}`, () => {
      assert.equal(isWanted(letter, filter), passes);
    });

  it('parks what was sent again in vain as often as the limit', () => {
    const parked = [0, 4, 5, 6].map((redrives) => isParked({ ...letter, redrives }));
    assert.deepEqual(parked, [false, false, true, true]);
    assert.equal(isParked({ ...letter, redrives: 6 }, 7), false);
  });
});

describe('a request to redrive', () => {
  it('may be empty', () => {
    assert.deepEqual(parseRedriveRequest({}), { maxRedrives: 5 });
  });

  for (const [request, code] of [
    [{ maxRedrives: 0 }, 'request-invalid'],
    [{ disposition: 'bored' }, 'request-invalid'],
    [{ stream: 'cam' }, 'request-invalid'],
    [{ beforeMs: '10m' }, 'request-invalid'],
    [{ streamId: 'a/b' }, 'stream-id-invalid'],
  ] as const)
    it(`is refused as ${code}: ${JSON.stringify(request)}`, () => {
      assert.throws(
        () => parseRedriveRequest(request),
        (error) => problemOf(error)?.code === code,
      );
    });

  const ids: [RedriveRequest, string][] = [
    [{}, 'redrive:all'],
    [{ maxRedrives: 5 }, 'redrive:all'],
    [{ streamId: 'cam1', disposition: 'exhausted' }, 'redrive:stream=cam1,disposition=exhausted'],
    [{ beforeMs: 0, maxRedrives: 9 }, 'redrive:before=1970-01-01T00:00:00.000Z,max-redrives=9'],
    [{ tenant: 'acme', kind: 'frame' }, 'redrive:kind=frame,tenant=acme'],
  ];
  for (const [request, id] of ids)
    it(`runs as ${id}`, () => {
      assert.equal(redriveIdOf(request), id);
    });
});
