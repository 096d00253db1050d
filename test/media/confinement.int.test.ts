import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { captureConfinement, confinement, prepareSandbox } from '../../media/confinement.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { failingWith } from '../port-suites/failing-with.js';

describe('what confines ffmpeg', () => {
  const folder = useTempFolder();
  const { PATH } = process.env;
  const needs = { has: ['network', 'limits'] } as const;
  afterEach(async () => {
    process.env['PATH'] = PATH;
    await prepareSandbox('preferred', needs);
  });

  it('bounds the memory of captures, and lets them write no file', async () => {
    const [program = '', ...words] = [...(await captureConfinement()), 'cat', '/proc/self/limits'];
    const limits = execFileSync(program, words, { encoding: 'utf8' });
    assert.match(limits, /Max address space +4294967296 /);
    assert.match(limits, /Max file size +0 /);
  });

  it('is there where it is required', () => prepareSandbox('required', needs));

  it('is missed where it is required and the system lacks it', async () => {
    process.env['PATH'] = folder();
    await assert.rejects(prepareSandbox('required', needs), failingWith('sandbox-unavailable'));
  });

  it('is done without where it is preferred and the system lacks it', async () => {
    process.env['PATH'] = folder();
    await prepareSandbox('preferred', needs);
    assert.deepEqual(await confinement(), []);
  });

  it('is not asked for where it is off', async () => {
    await prepareSandbox('off', needs);
    assert.deepEqual(await confinement(), []);
    assert.deepEqual(await captureConfinement(), []);
  });
});
