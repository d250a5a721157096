import type { Gateway } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import { timeOf } from '../tags/tag-mapping.js';
import { ModelDifferenceKind, type ModelChange, type TagProblems } from './endpoint-findings.type.js';

type EndpointReport = NonNullable<Gateway['status']>['endpoints'][number];

const KINDS = { appeared: ModelDifferenceKind.APPEARED, vanished: ModelDifferenceKind.VANISHED, changed: ModelDifferenceKind.CHANGED } as const;

export function tagProblemsOf(reported: EndpointReport['tagProblems']): TagProblems {
  if (!reported) return { total: 0, first: [] };
  return { total: reported.total, first: reported.first.map(({ tagId, code, reason }) => ({ tagId: toId('tag', tagId), code, reason })) };
}

export function modelChangeOf(reported: EndpointReport['modelChange']): ModelChange | null {
  if (!reported) return null;
  const { baselineUs, comparedUs, appeared, vanished, changed, first } = reported;
  return { baselineAt: timeOf(baselineUs), comparedAt: timeOf(comparedUs), appeared, vanished, changed, first: first.map(({ change, path, what }) => ({ kind: KINDS[change], path, what })) };
}
