import { fault, problemOf } from '../../contracts/errors.js';

/** Refused for what a record holds: another record of the same send may be welcome. */
const RECORD_DENIED = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'POLICY_VIOLATION',
]);

/** What a broker refuses for good. Anything else (elections, restarts, broken connections) may pass. */
const DENIED = new Set([
  ...RECORD_DENIED,
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'SASL_AUTHENTICATION_FAILED',
  'SECURITY_DISABLED',
  'KafkaJSSASLAuthenticationError',
]);

/** Reads the whole chain of causes, since kafkajs calls an outage "non-retriable" once its own retries are used up. */
export function kafkaFault(error: unknown, what: string): Error {
  if (problemOf(error)) return error as Error;
  const names = chainOf(error).flatMap(({ type, name }) => [type ?? '', name]);
  const refusal = names.find((name) => DENIED.has(name));
  const message = chainOf(error).at(-1)?.message ?? String(error);
  const code = refusal ? (RECORD_DENIED.has(refusal) ? 'event-refused' : 'events-denied') : 'events-unreachable';
  return fault(code, `${what}: ${refusal ?? names[1]}: ${message}`, {
    cause: error,
  });
}

export const isDenied = (error: unknown): boolean =>
  ['events-denied', 'event-refused'].includes(problemOf(error)?.code ?? '');

export const isOfOneRecord = (error: unknown): boolean =>
  chainOf(error).some(({ type }) => type !== undefined && RECORD_DENIED.has(type));

type KafkaError = Error & { type?: string };

function chainOf(error: unknown): KafkaError[] {
  return error instanceof Error ? [error as KafkaError, ...chainOf(error.cause)] : [];
}
