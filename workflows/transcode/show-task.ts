import type { TranscodeState } from '../../contracts/transcode.js';
import { problemLines, showInUi } from '../kit/show-in-ui.js';
import type { TaskMachine } from '../state/task-state.js';

/** How far a task is, in the Temporal UI. */
export function showTask({ state }: TaskMachine): void {
  const { taskId: task, tenant, status, problem } = state;
  showInUi({ details: detailsOf(state), attributes: { task, tenant, state: status, failure: problem?.code ?? null } });
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
}: TranscodeState): string[] {
  const ready = renditions.map(({ name, isReady }) => `${name}${isReady ? ' ✓' : ''}`).join(', ');
  return [
    `**${status}**, ${phase}, ${percent} %`,
    `- input: \`${input}\`, profile \`${profile}\``,
    ...(decision ? [`- ${decision.kind}: ${decision.reason}`] : []),
    `- pieces: ${pieces.done} of ${pieces.total} done (${pieces.reused} were there), ${pieces.running} under way`,
    ...(ready ? [`- renditions: ${ready}`] : []),
    ...warnings.map((warning) => `- warning: ${warning}`),
    ...problemLines(problem),
  ];
}
