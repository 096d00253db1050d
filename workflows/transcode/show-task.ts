import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import type { TranscodeState } from '../../contracts/transcode.js';
import type { Task } from './task.js';

/** Brings the Temporal UI up to date: details at no cost, search attributes only where they changed. */
export function showTask({ state }: Pick<Task, 'state'>): void {
  setCurrentDetails(detailsOf(state));
  const shown = workflowInfo().typedSearchAttributes;
  const wanted = [
    { key: SEARCH_ATTRIBUTES.task, value: state.taskId },
    { key: SEARCH_ATTRIBUTES.tenant, value: state.tenant },
    { key: SEARCH_ATTRIBUTES.state, value: state.status },
    { key: SEARCH_ATTRIBUTES.failure, value: state.problem?.code ?? null },
  ];
  const changed = wanted.filter(({ key, value }) => (shown.get(key) ?? null) !== value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

function detailsOf({
  status,
  phase,
  percent,
  input,
  profile,
  decision,
  pieces,
  renditions,
  warnings,
  problem,
}: TranscodeState): string {
  const ready = renditions.map(({ name, isReady }) => `${name}${isReady ? ' ✓' : ''}`).join(', ');
  return [
    `**${status}**, ${phase}, ${percent} %`,
    `- input: \`${input}\`, profile \`${profile}\``,
    ...(decision ? [`- ${decision.kind}: ${decision.reason}`] : []),
    `- pieces: ${pieces.done} of ${pieces.total} done (${pieces.reused} were there), ${pieces.running} under way`,
    ...(ready ? [`- renditions: ${ready}`] : []),
    ...warnings.map((warning) => `- warning: ${warning}`),
    ...(problem ? [`- **${problem.code}**: ${problem.message}`] : []),
    ...(problem?.command ? ['', 'To reproduce:', '```', problem.command, '```'] : []),
  ].join('\n');
}
