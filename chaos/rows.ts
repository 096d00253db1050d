import { EVENT_ROWS, STORE_ROWS, TEMPORAL_ROWS } from './rows/destinations.js';
import { HOST_ROWS } from './rows/host.js';
import { PROCESS_ROWS } from './rows/processes.js';
import { REQUEST_ROWS } from './rows/requests.js';
import { SOURCE_ROWS } from './rows/sources.js';
import type { Row } from './row.js';

/** The fault table, in the order in which it runs. */
export const ROWS: readonly Row[] = [
  ...PROCESS_ROWS,
  ...STORE_ROWS,
  ...EVENT_ROWS,
  ...TEMPORAL_ROWS,
  ...HOST_ROWS,
  ...SOURCE_ROWS,
  ...REQUEST_ROWS,
];
