import pc from 'picocolors';
import type { StackAddresses } from '../dev/stack-addresses.js';
import type { Step } from '../dev/steps.js';

const NAME_WIDTH = 16;
const DETAIL_WIDTH = 20;

const colors = pc.createColors(process.stderr.isTTY && !process.env['NO_COLOR']);
const MARKS = { busy: colors.yellow('…'), done: colors.green('✔'), failed: colors.red('✖') } as const;

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

export function showStep({ name, status, detail, elapsedMs }: Step): void {
  const seconds = `${(elapsedMs / 1000).toFixed(1)} s`;
  say(`${MARKS[status]} ${name.padEnd(NAME_WIDTH)} ${detail.padEnd(DETAIL_WIDTH)} ${colors.dim(seconds)}`);
}

export const showNotice = (notice: string): void => say(`${colors.yellow('!')} ${notice}`);

/** The addresses for people; `--json` prints them as they are. */
export function describeAddresses({ temporal, store, events, rtmp, http }: StackAddresses): string {
  const rows = [
    ['Temporal UI', temporal.ui],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}`],
    ['Store', store.endpoint === undefined ? store.url : `${store.url} at ${store.endpoint}`],
    ['S3 keys', store.accessKeyId && `${store.accessKeyId} / ${store.secretAccessKey}`],
    ['Events', events.url],
    ['HTTP', http?.url],
    ['Publish to', `${rtmp.url}/NAME`],
    ['Play from', `${rtmp.url}/NAME or ${rtmp.flv}/NAME.flv`],
  ];
  return rows.flatMap(([label = '', value]) => (value ? [`  ${label.padEnd(14)}${value}`] : [])).join('\n');
}
