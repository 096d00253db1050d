import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Problem } from '../../contracts/errors.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';

interface Shown {
  details: readonly string[];
  attributes: Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string | null>>;
}

/** Brings the Temporal UI up to date: details at no cost, search attributes only where they changed. */
export function showInUi({ details, attributes }: Shown): void {
  setCurrentDetails(details.join('\n'));
  const shown = workflowInfo().typedSearchAttributes;
  const changed = (Object.keys(attributes) as (keyof Shown['attributes'])[])
    .map((name) => ({ key: SEARCH_ATTRIBUTES[name], value: attributes[name] ?? null }))
    .filter(({ key, value }) => (shown.get(key) ?? null) !== value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

export const problemLines = (problem: Problem | undefined): string[] => [
  ...(problem ? [`- **${problem.code}**: ${problem.message}`] : []),
  ...(problem?.command ? ['', 'To reproduce:', '```', problem.command, '```'] : []),
];
