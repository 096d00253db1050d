import { canonicalJson } from './json-of.js';
import { sha256Hex } from './sha256-hex.js';
import type { TranscodeSettings } from './transcode.js';

/**
 * Stands for what a task is asked for: sha256 of the request without its callback, priority and deadline, which change
 * nothing of what is made. Not for workflow code, which has no such hash.
 */
export function requestHash(settings: TranscodeSettings): Promise<string> {
  const { callback: _, priority: __, deadlineMs: ___, ...rest } = settings;
  return sha256Hex(canonicalJson(rest));
}
