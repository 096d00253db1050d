import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { formatDuration } from '../../contracts/duration.js';
import { redact } from '../../contracts/redact.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import type { StreamState } from '../../contracts/stream.js';
import type { StreamMachine } from '../state/stream-machine.js';

/** Brings the Temporal UI up to date: details at no cost, search attributes only where they changed. */
export function showState(machine: StreamMachine): void {
  setCurrentDetails(detailsOf(machine));
  const { settings, phase, policy, segment, problem } = machine;
  const shown = workflowInfo().typedSearchAttributes;
  const wanted = [
    { key: SEARCH_ATTRIBUTES.stream, value: settings.streamId },
    { key: SEARCH_ATTRIBUTES.tenant, value: settings.tenant },
    { key: SEARCH_ATTRIBUTES.state, value: policy.isPaused && phase === 'capturing' ? 'paused' : phase },
    { key: SEARCH_ATTRIBUTES.risk, value: policy.risk ?? null },
    { key: SEARCH_ATTRIBUTES.host, value: segment?.host ?? null },
    { key: SEARCH_ATTRIBUTES.failure, value: problem?.code ?? null },
  ];
  const changed = wanted.filter(({ key, value }) => (shown.get(key) ?? null) !== value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

export function stateOf(machine: StreamMachine): StreamState {
  const {
    settings,
    sessionId,
    phase,
    policy,
    applied,
    epoch,
    segment,
    startedAtMs,
    firstSlotMs,
    problem,
    interruptions,
  } = machine;
  return {
    ...{ tenant: settings.tenant, streamId: settings.streamId, sessionId, phase, source: redact(settings.source.url) },
    ...{ capture: settings.capture, policy, epoch: segment?.epoch ?? epoch, startedAtMs, interruptions },
    ...(applied ? { applied } : {}),
    ...(segment?.host === undefined ? {} : { host: segment.host }),
    ...(firstSlotMs === undefined ? {} : { firstSlotMs }),
    ...(problem ? { problem } : {}),
  };
}

function detailsOf({
  settings,
  sessionId,
  phase,
  policy,
  applied,
  epoch,
  segment,
  successor,
  interruptions,
  problem,
}: StreamMachine): string {
  const since = applied?.fromSlotMs ? ` from slot ${new Date(applied.fromSlotMs).toISOString()}` : '';
  const lines = [
    `**${phase}**${policy.isPaused ? ', paused' : ''}, one frame each ${formatDuration(policy.everyMs)}${since}`,
    `- source: \`${redact(settings.source.url)}\``,
    `- session \`${sessionId}\`, segment ${segment?.epoch ?? epoch} on ${segment?.host ?? 'no host yet'}, interruptions: ${interruptions}`,
    ...(successor ? [`- segment ${successor.epoch} gets ready to take over`] : []),
    ...(policy.risk ? [`- risk level: ${policy.risk}`] : []),
    ...(problem ? [`- **${problem.code}**: ${problem.message}`] : []),
    ...(problem?.command ? ['', 'To reproduce:', '```', problem.command, '```'] : []),
  ];
  return lines.join('\n');
}
