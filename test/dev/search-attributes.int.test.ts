import assert from 'node:assert/strict';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { registerSearchAttributes } from '../../dev/search-attributes.js';
import { temporalServer } from '../harness/servers.js';

describe('search attributes', () => {
  it('are registered with a server that lacks them, and once is enough', async () => {
    const { address } = await temporalServer();
    const connection = await Connection.connect({ address });
    const namespace = 'without-attributes';
    try {
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
      });
      await registerSearchAttributes(connection, namespace);
      await registerSearchAttributes(connection, namespace);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
      assert.deepEqual(
        names.filter((name) => customAttributes?.[name] === undefined),
        [],
      );
    } finally {
      await connection.close();
    }
  });
});
