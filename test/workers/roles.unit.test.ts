import assert from 'node:assert/strict';
import { ROLES } from '../../workers/roles.js';

describe('the roles of a worker', () => {
  it('end with captures first, whose relay takes workflows', () => assert.equal(ROLES.at(0), 'capture'));
  it('end with workflows last', () => assert.equal(ROLES.at(-1), 'workflow'));
});
