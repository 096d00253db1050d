import assert from 'node:assert/strict';
import { createAttemptLog } from '../../../activities/transcode/attempt-log.js';

const attempt = { task: { tenant: 'acme', taskId: 't' }, piece: 'chunk 3', host: 'here', attempt: 2 };

/** What a log puts into the store. */
async function stored(add: (log: ReturnType<typeof createAttemptLog>) => void): Promise<{ key: string; text: string }> {
  const puts: { key: string; text: string }[] = [];
  const log = createAttemptLog(attempt);
  add(log);
  await log.store({
    put: async (key, body) => {
      puts.push({ key, text: Buffer.from(body).toString() });
      return 'written';
    },
  });
  assert.equal(puts.length, 1);
  return puts[0]!;
}

describe('the log of an attempt', () => {
  it('is found by task, time, piece and attempt', async () => {
    const { key, text } = await stored((log) => log.add('encode', 'done'));
    assert.match(key, /^acme\/transcode-logs\/t\/\d{8}T\d{9}Z-chunk-3-2\.log$/);
    assert.match(text, /chunk 3, attempt 2, on here\n0\.0 s encode\n0\.0 s done\n$/);
  });

  it('shows no secrets', async () => {
    const { text } = await stored((log) => log.add('GET https://user:pass@host/a?sig=abc'));
    assert.doesNotMatch(text, /pass|abc/);
  });

  it('keeps the first and the last lines of many, and says how many are gone', async () => {
    const { text } = await stored((log) => {
      for (let line = 1; line <= 1000; line += 1) log.add(`line ${line}`);
    });
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.length, 401);
    assert.match(lines[99]!, /line 99$/);
    assert.equal(lines[100], '(601 lines left out)');
    assert.match(lines.at(-1)!, /line 1000$/);
  });

  it('holds up nothing where the store is away', async () => {
    const log = createAttemptLog(attempt);
    await log.store({ put: () => Promise.reject(new Error('away')) });
  });
});
