import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Keeps what the SDK says of failures that tests cause on purpose out of their output. */
export function quietRuntime(): void {
  try {
    const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
    const logger = new DefaultLogger('ERROR', () => undefined);
    Runtime.install({ logger, telemetryOptions: { logging: { filter } } });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error; // Another suite of this process has its own.
  }
}
