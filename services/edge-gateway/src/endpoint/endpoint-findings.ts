import type { BrowseDifference, ModelChange, TagProblem } from '@telltale/connector-sdk';
import type { GatewayStatus } from '@telltale/ingest-contract';

type EndpointReport = GatewayStatus['endpoints'][number];

/** A status must stay small: the platform gets the number of all and the first few. */
const FIRST = 20;

export function tagProblemsOf(problems: readonly TagProblem[]): EndpointReport['tagProblems'] {
  if (problems.length === 0) return undefined;
  return { total: problems.length, first: problems.slice(0, FIRST).map(({ tagId, code, reason }) => ({ tagId, code, reason })) };
}

export function modelChangeOf(change: ModelChange | undefined): EndpointReport['modelChange'] {
  if (change === undefined) return undefined;
  const { baselineUs, comparedUs, differences } = change;
  const count = (kind: BrowseDifference['change']): number => differences.filter((one) => one.change === kind).length;
  return {
    baselineUs,
    comparedUs,
    appeared: count('appeared'),
    vanished: count('vanished'),
    changed: count('changed'),
    first: differences.slice(0, FIRST).map((one) => ({ change: one.change, path: one.path, what: one.change === 'changed' ? whatChanged(one) : null })),
  };
}

/** `dataType: Double → Int32, unit: °C → K`. */
function whatChanged({ what, before, after }: Extract<BrowseDifference, { change: 'changed' }>): string {
  const shown = (value: unknown): string => (value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value));
  return what.map((field) => `${field}: ${shown(before[field])} → ${shown(after[field])}`).join(', ');
}
