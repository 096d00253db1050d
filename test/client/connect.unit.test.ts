import assert from 'node:assert/strict';
import { openReelay } from '../../client/connect.js';
import type { Adapters } from '../../runtime/open-adapters.js';

describe('a Reelay that is given adapters', () => {
  function opened() {
    let closes = 0;
    const adapters = { close: async () => void (closes += 1) } as unknown as Adapters;
    return { adapters, reelay: openReelay({ adapters }), closes: () => closes };
  }

  it('opens no others', async () => {
    const { adapters, reelay } = opened();
    assert.equal(await reelay.adapters(), adapters);
    await reelay.close();
  });

  it('closes them with itself', async () => {
    const { reelay, closes } = opened();
    await reelay.close();
    assert.equal(closes(), 1);
  });
});
