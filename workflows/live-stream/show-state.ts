import { formatDuration } from '../../contracts/duration.js';
import { redact } from '../../contracts/redact.js';
import type { StreamState } from '../../contracts/stream.js';
import { problemLines, showInUi } from '../kit/show-in-ui.js';
import type { StreamMachine } from '../state/stream-state.js';

/** How a stream is, in the Temporal UI. */
export function showState(machine: StreamMachine): void {
  const { settings, phase, policy, segment, problem } = machine;
  showInUi({
    details: detailsOf(machine),
    attributes: {
      stream: settings.streamId,
      tenant: settings.tenant,
      state: policy.isPaused && phase === 'capturing' ? 'paused' : phase,
      risk: policy.risk ?? null,
      host: segment?.host ?? null,
      failure: problem?.code ?? null,
    },
  });
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
    tenant: settings.tenant,
    streamId: settings.streamId,
    sessionId,
    phase,
    source: redact(settings.source.url),
    capture: settings.capture,
    policy,
    epoch: segment?.epoch ?? epoch,
    startedAtMs,
    interruptions,
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
}: StreamMachine): string[] {
  const since = applied?.fromSlotMs ? ` from slot ${new Date(applied.fromSlotMs).toISOString()}` : '';
  return [
    `**${phase}**${policy.isPaused ? ', paused' : ''}, one frame each ${formatDuration(policy.everyMs)}${since}`,
    `- source: \`${redact(settings.source.url)}\``,
    `- session \`${sessionId}\`, segment ${segment?.epoch ?? epoch} on ${segment?.host ?? 'no host yet'}, interruptions: ${interruptions}`,
    ...(successor ? [`- segment ${successor.epoch} gets ready to take over`] : []),
    ...(policy.risk ? [`- risk level: ${policy.risk}`] : []),
    ...problemLines(problem),
  ];
}
