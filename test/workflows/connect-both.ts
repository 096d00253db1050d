import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { temporalServer } from '../harness/servers.js';
import { quietRuntime } from './quiet-runtime.js';

/** A client and the connection of workers to the real server. */
export async function connectBoth() {
  quietRuntime();
  const { address, namespace } = await temporalServer();
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  return {
    native,
    namespace,
    client: new Client({ connection, namespace }),
    close: async (): Promise<void> => void (await Promise.all([connection.close(), native.close()])),
  };
}
