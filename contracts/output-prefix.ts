import { fault } from './errors.js';
import { isReserved } from './ids.js';
import { defaultOutputPrefix } from './keys.js';
import { keyBelow } from './object-address.js';
import type { TranscodeSettings } from './transcode.js';

/** The folder of what is hidden beside an original: listings for people leave out names that begin with a dot. */
const HIDDEN = '.reelay';

/** Where in the store the outputs of a task go. */
export function outputPrefixOf(settings: TranscodeSettings, store: { url(key: string): string }): string {
  const { output, input, profile } = settings;
  if (!output.isHidden) return output.prefix ?? defaultOutputPrefix(settings);
  const root = store.url('x').slice(0, -1);
  const key = keyBelow(root, input.url) ?? '';
  const [, folder = '', file = ''] = /^(.*\/)?([^/]+)$/.exec(key) ?? [];
  if (file === '' || isReserved(key))
    throw fault(
      'request-invalid',
      `output.isHidden: expected an input in the store itself, below ${root}, that is none of Reelay's own`,
    );
  return `${folder}${HIDDEN}/${file}/${profile.replace('@', '-')}`;
}
