import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provideFfmpeg } from '../../dev/ffmpeg.js';
import { useTempFolder } from './temp-folder.js';

describe('ffmpeg', () => {
  const folder = useTempFolder();
  const { PATH, REELAY_FFMPEG } = process.env;
  beforeEach(() => {
    delete process.env['REELAY_FFMPEG'];
  });
  afterEach(() => {
    process.env['PATH'] = PATH;
    if (REELAY_FFMPEG === undefined) delete process.env['REELAY_FFMPEG'];
    else process.env['REELAY_FFMPEG'] = REELAY_FFMPEG;
  });

  async function standIn(name: string, prints: string): Promise<string> {
    const file = join(folder(), name);
    await writeFile(file, `#!/bin/sh\necho "${prints}"\n`);
    await chmod(file, 0o755);
    return file;
  }

  const provide = () => provideFfmpeg({ log: join(folder(), 'log') });

  it('is the one that the environment names, before the one on PATH', async () => {
    await standIn('ffmpeg', 'ffmpeg version 6.0');
    process.env['PATH'] = folder();
    assert.equal(await provide(), join(folder(), 'ffmpeg'));
    process.env['REELAY_FFMPEG'] = await standIn('other', 'ffmpeg version N-110-gabc');
    assert.equal(await provide(), join(folder(), 'other'));
  });

  it('is refused where it is too old or does not run', async () => {
    const old = (process.env['REELAY_FFMPEG'] = await standIn('old', 'ffmpeg version 4.4.2'));
    await assert.rejects(provide(), {
      type: 'ffmpeg-missing',
      message: `REELAY_FFMPEG is ${old}, which says ffmpeg version 4.4.2: install ffmpeg 5.1 or later, or set REELAY_FFMPEG to one`,
    });
    process.env['REELAY_FFMPEG'] = join(folder(), 'absent');
    await assert.rejects(provide(), /absent, which does not run: install/);
  });
});
