import { readFile } from 'node:fs/promises';
import type { Consumer } from '../adapters/consumer/consumer.js';
import { applyNotification } from '../client/apply-notification.js';
import { connect, type Reelay } from '../client/connect.js';
import { defined } from '../contracts/defined.js';
import { fault } from '../contracts/errors.js';
import { parseTriggers, type ObjectTrigger } from '../contracts/object-trigger.js';
import { createHooks } from './hooks.js';
import { createHttpServer } from './http-server.js';
import { readNotifications } from './read-notifications.js';
import type { Config } from '../runtime/config.js';
import { adapterLog, createLog } from '../runtime/log.js';
import { keepPrivate } from '../runtime/keep-private.js';
import { openAdapters } from '../runtime/open-adapters.js';
import { payloadCodec } from '../runtime/payload-codec.js';

interface RunOptions {
  config: Config;
  stopping: AbortSignal;
  onReady(ready: { http: { url: string }; triggers: number; topic?: string }): void;
}

/** Runs the HTTP interface, and reads what a store tells of its objects, until it is told to stop. */
export async function runServer({ config, stopping, onReady }: RunOptions): Promise<void> {
  keepPrivate();
  const log = createLog(config);
  assertGuarded(config);
  const triggers = config.triggers === undefined ? [] : await readTriggers(config.triggers, config);
  const adapters = await openAdapters(config, adapterLog(log));
  const reelay = await connect({ config, adapters });
  const onProblem = (error: unknown): void => log.error({ error: String(error) }, 'a request failed');
  const server = createHttpServer({
    hooks: createHooks({ reelay, triggers }),
    codec: { codec: payloadCodec(config), ...defined({ origin: config.codecOrigin }) },
    tokens: config.apiTokens,
    onProblem,
  });
  const { objectTopic: topic } = config;
  let notifications: Consumer | undefined;
  try {
    const url = await server.listen(config.http);
    if (topic !== undefined) {
      const handle = (message: unknown): Promise<void> => applyAndTell(reelay, { triggers, message, log });
      notifications = await readNotifications({ ...adapters, topic, handle });
    }
    onReady({ http: { url }, triggers: triggers.length, ...defined({ topic }) });
    await new Promise<void>((resolve) => {
      if (stopping.aborted) resolve();
      else stopping.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await Promise.all([server.close(), notifications?.close()]);
    await reelay.close();
  }
}

/** Where anybody may reach the address, nobody may use it without a token. */
function assertGuarded({ http: { host }, apiTokens }: Config): void {
  if (Object.keys(apiTokens).length > 0 || /^(?:127\.|localhost$|::1$)/.test(host)) return;
  throw fault(
    'config-invalid',
    `REELAY_HTTP: expected an address of this machine alone, or REELAY_API_TOKENS to be set, got ${host}`,
  );
}

export async function readTriggers(file: string, { store }: Pick<Config, 'store'>): Promise<ObjectTrigger[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw fault('trigger-invalid', `REELAY_TRIGGERS: expected a readable file, got ${file}`, { cause });
  });
  try {
    return parseTriggers(JSON.parse(text), store.kind === 's3' ? store : undefined);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw fault('trigger-invalid', `REELAY_TRIGGERS: expected JSON in ${file}: ${cause.message}`, { cause });
  }
}

interface Telling {
  triggers: readonly ObjectTrigger[];
  message: unknown;
  log: ReturnType<typeof createLog>;
}

/** Fails where something is left of an object that is gone. */
export async function applyAndTell(reelay: Reelay, { triggers, message, log }: Telling): Promise<void> {
  const { started, deleted, kept, unreadable } = await applyNotification(reelay, { triggers, notification: message });
  for (const { task, problem } of started)
    if (problem) log.warn({ code: problem.code, message: problem.message }, 'an object starts no task');
    else if (task?.isNew) log.info({ task: task.taskId }, 'an object has come');
  if (deleted.length > 0) log.info({ tasks: deleted }, 'an object is gone, and its outputs with it');
  if (unreadable > 0) log.warn({ unreadable }, 'records that nobody can read');
  for (const { problem, ...object } of kept)
    log.warn({ ...object, ...problem }, 'an object is gone, but not its traces');
  // The message becomes a dead letter once that is certain, and the topic goes on.
  const [first] = kept;
  if (first) throw fault(first.problem.code, first.problem.message);
}
