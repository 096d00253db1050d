import { defineSearchAttributeKey } from '@temporalio/common';

/** What streams and tasks can be searched by in Temporal; a server must know all of them before a workflow starts. */
export const SEARCH_ATTRIBUTES = {
  stream: defineSearchAttributeKey('ReelayStream', 'KEYWORD'),
  task: defineSearchAttributeKey('ReelayTask', 'KEYWORD'),
  state: defineSearchAttributeKey('ReelayState', 'KEYWORD'),
  tenant: defineSearchAttributeKey('ReelayTenant', 'KEYWORD'),
  risk: defineSearchAttributeKey('ReelayRisk', 'KEYWORD'),
  failure: defineSearchAttributeKey('ReelayFailure', 'KEYWORD'),
  host: defineSearchAttributeKey('ReelayHost', 'KEYWORD'),
} as const;

/** The part of a visibility query that finds what has that value. */
export const whereAttribute = (name: keyof typeof SEARCH_ATTRIBUTES, value: string): string =>
  `${SEARCH_ATTRIBUTES[name].name} = '${value.replaceAll("'", "''")}'`;
