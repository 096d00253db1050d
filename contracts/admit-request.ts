import { fault } from './errors.js';
import { isOthersKey } from './keys.js';
import { parseTranscodeRequest, type TranscodeSettings } from './transcode.js';

/** With the bounds of each, what every event of a task echoes stays below 16 kB. */
const MAX_LABELS = 50;

/**
 * What a request asks for that comes in from outside. Besides its form it is held to what is no part of the form, since tasks
 * that run already, and triggers that an operator has set up, are not.
 */
export function admitRequest(input: unknown): TranscodeSettings {
  const settings = parseTranscodeRequest(input);
  const { tenant, labels, output } = settings;
  const count = Object.keys(labels).length;
  if (count > MAX_LABELS) throw fault('request-invalid', `labels: expected at most ${MAX_LABELS}, got ${count}`);
  if (output.prefix !== undefined && isOthersKey(`${output.prefix}/`, tenant))
    throw fault(
      'request-invalid',
      `output.prefix: expected one outside of what Reelay keeps for itself or for other tenants, got ${output.prefix}`,
    );
  return settings;
}
