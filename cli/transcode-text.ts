import Table from 'cli-table3';
import type { TranscodeDescription } from '../client/transcodes/describe-transcode.js';
import type { ListedTask } from '../client/transcodes/list-transcodes.js';
import type { RunningPiece } from '../client/transcodes/running-pieces.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { ago } from './ago.js';
import { progressText, timeText } from './transcode-progress.js';

const table = (...head: string[]) => new Table({ head, style: { head: [], border: [] } });

export function tasksText(tasks: readonly ListedTask[]): string {
  const rows = table('task', 'tenant', 'state', 'failure', 'started', 'took');
  for (const { taskId, tenant, state, failure = '', startedAtMs, endedAtMs } of tasks) {
    const took = endedAtMs === undefined ? '' : timeText(endedAtMs - startedAtMs);
    rows.push([taskId, tenant, state, failure, ago(startedAtMs, Date.now()), took]);
  }
  return rows.toString();
}

/** All that is known of a task. */
export function taskText(description: TranscodeDescription): string {
  const { state, running, runId } = description;
  const { taskId, tenant, status, input, profile, priority, decision, renditions, warnings, problem, manifest } = state;
  const labels = Object.entries(state.labels).map(([key, value]) => `${key}=${value}`);
  const phases = Object.entries(state.phaseMs).map(([phase, ms]) => `${phase} ${timeText(ms)}`);
  const ready = renditions.map(({ name, isReady }) => `${name}${isReady ? ' (ready)' : ''}`);
  const rows: [string, string][] = [
    ['task', `${taskId} of tenant ${tenant}, ${status}${runId === undefined ? ' (by its manifest)' : ''}`],
    ['progress', `${state.percent} %, ${progressText(description)}`],
    ['input', input],
    ['profile', `${profile}, priority ${priority}`],
    ...row('decision', decision && `${decision.kind}: ${decision.reason}`),
    ...row('phases', phases.join(', ')),
    ...row('made', ready.join(', ')),
    ...row('reused', state.pieces.reused > 0 ? `${state.pieces.reused} pieces of an earlier run` : ''),
    ...row('labels', labels.join(', ')),
    ...warnings.map((warning): [string, string] => ['warning', warning]),
    ...row('problem', problem && `${problem.code}: ${problem.message}`),
    ...row('command', problem?.command),
  ];
  return [
    ...rows.map(([label, text]) => `${label.padEnd(10)}${text}`),
    ...(running.length > 0 ? [piecesText(running)] : []),
    ...(manifest ? [outputsText(manifest)] : []),
  ].join('\n');
}

const row = (label: string, text: string | undefined): [string, string][] => (text ? [[label, text]] : []);

function piecesText(running: readonly RunningPiece[]): string {
  const rows = table('piece', 'stage', 'done', 'speed', 'host', 'attempt', 'last failure');
  for (const { piece, stage, percent, speed, host = '', attempt, lastFailure } of running) {
    const failure = lastFailure ? `${lastFailure.code ?? ''} ${lastFailure.message}`.trim().slice(0, 60) : '';
    rows.push([piece, stage, `${percent} %`, speed === undefined ? '' : `${speed}x`, host, attempt, failure]);
  }
  return rows.toString();
}

function outputsText({ outputs }: TranscodeManifest): string {
  const rows = table('output', 'kind', 'size', 'picture', 'key');
  for (const { path, kind, sizeBytes, width, height, key } of outputs) {
    const picture = width === undefined ? '' : `${width}x${height}`;
    rows.push([path, kind, sizeText(sizeBytes), picture, key]);
  }
  return rows.toString();
}

const sizeText = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
