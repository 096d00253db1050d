export type Fault = 'input' | 'source' | 'destination' | 'internal';

/** What a caller is answered: the exit code of the command line, and the status over HTTP. */
export const ANSWERS = {
  usage: { exit: 2, status: 400 },
  refused: { exit: 1, status: 400 },
  unauthenticated: { exit: 1, status: 401 },
  forbidden: { exit: 1, status: 403 },
  'not-found': { exit: 3, status: 404 },
  conflict: { exit: 4, status: 409 },
  failed: { exit: 1, status: 500 },
  'retry-later': { exit: 1, status: 503 },
  unreachable: { exit: 5, status: 503 },
} as const;

export interface CatalogueEntry {
  /** Whether the same request may succeed later without a change. */
  retryable: boolean;
  fault: Fault;
  answer: keyof typeof ANSWERS;
  meaning: string;
  action: string;
}
