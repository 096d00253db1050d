import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lookAtBoxes } from '../../../media/transcode/look-at-boxes.js';
import { useTempFolder } from '../../dev/temp-folder.js';

const { signal } = new AbortController();

function box(kind: string): Buffer {
  const made = Buffer.alloc(16);
  made.writeUInt32BE(16);
  made.write(kind, 4, 'latin1');
  return made;
}

describe('a look at the boxes of a file', () => {
  const folder = useTempFolder();
  const fileOf = async (kinds: readonly string[]): Promise<string> => {
    const path = join(folder(), 'boxes.mp4');
    await writeFile(path, Buffer.concat(kinds.map(box)));
    return path;
  };
  const free = (count: number): string[] => Array.from({ length: count }, () => 'free');

  const cases: [what: string, kinds: string[], isFaststart: boolean][] = [
    ['whose index is first', ['ftyp', 'moov'], true],
    ['whose media is first', ['ftyp', 'mdat', 'moov'], false],
    ['whose index is the 64th', ['ftyp', ...free(62), 'moov'], true],
    ['whose index is further than anybody looks', ['ftyp', ...free(63), 'moov'], false],
  ];
  for (const [what, kinds, isFaststart] of cases)
    it(`tells of one ${what}`, async () => {
      assert.equal((await lookAtBoxes(await fileOf(kinds), signal)).isFaststart, isFaststart);
    });

  it('ends soon, however many there are', async () => {
    const path = await fileOf(['ftyp', ...free(500_000)]);
    const begunMs = performance.now();
    assert.equal((await lookAtBoxes(path, signal)).hasBoxes, true);
    assert.ok(performance.now() - begunMs < 1000);
  });

  it('ends when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('cancelled'));
    await assert.rejects(lookAtBoxes(await fileOf(['ftyp', 'moov']), stopped), /cancelled/);
  });
});
