import { canonicalJson } from './json-of.js';
import { sha256Hex } from './sha256-hex.js';
import { transcodeRequestSchema, type TranscodeSettings } from './transcode.js';
import { withoutDefaults } from './without-defaults.js';

const VERSION = 2;
const DEFAULTS = transcodeRequestSchema.parse({ taskId: 'any', input: { url: '' }, profile: '' });

/**
 * Stands for what a task is asked for: sha256 of what its request says besides defaults, without what changes nothing of
 * what is made: callback, priority, deadline, and whether a playlist would be taken. Not for workflow code, which has no
 * such hash.
 */
export function requestHash(settings: TranscodeSettings): Promise<string> {
  const { callback: _, priority: __, deadlineMs: ___, input, ...rest } = settings;
  const { playlists: ____, ...address } = input;
  return sha256Hex(canonicalJson([VERSION, withoutDefaults({ ...rest, input: address }, DEFAULTS)]));
}

/** Whether a hash stands for that request; one that an earlier release has written counts too. */
export const isRequestHash = async (hash: string, settings: TranscodeSettings): Promise<boolean> =>
  hash === (await requestHash(settings)) || hash === (await firstHash(settings));

/** Of all fields that there were, defaults included. */
function firstHash(settings: TranscodeSettings): Promise<string> {
  const { taskId, tenant, input, profile, parameters, output, remux, labels, minSsim } = settings;
  const { url } = input;
  return sha256Hex(
    canonicalJson({ taskId, tenant, input: { url }, profile, parameters, output, remux, labels, minSsim }),
  );
}
