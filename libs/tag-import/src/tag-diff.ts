import { isDeepStrictEqual } from 'node:util';
import type { AddressDocument } from './address-format.js';
import type { WantedTag } from './row-reader.js';
import type { SiteIndex, TagRecord } from './site-tags.js';
import type { TagColumn } from './tag-columns.js';

export const TAG_CHANGES = ['added', 'changed', 'unchanged', 'retired'] as const;
export type TagChange = (typeof TAG_CHANGES)[number];

export interface FieldChange {
  readonly field: TagColumn | 'address' | 'history';
  /** As an export would write it. */
  readonly before: string;
  readonly after: string;
}

export interface DiffRow {
  readonly change: TagChange;
  /** Null for a tag that the file lacks. */
  readonly line: number | null;
  readonly path: string;
  readonly name: string;
  readonly fields: readonly FieldChange[];
  readonly before: TagRecord | null;
  /** Null for a retired tag. */
  readonly after: TagRecord | null;
}

export interface DiffOptions {
  /** Active tags of the plant that the file lacks stay, or are retired. */
  readonly missing: 'keep' | 'retire';
  /** Paths that the file names, also in rows with problems. */
  readonly named: ReadonlySet<string>;
}

/** What an import would do, row by row: those of the file in its order, then what it lacks. */
export function diffTags(index: SiteIndex, wanted: readonly WantedTag[], { missing, named }: DiffOptions): DiffRow[] {
  const rows = wanted.map((tag) => diffRow(index, tag));
  if (missing === 'keep') return rows;
  for (const before of index.site.tags) {
    if (before.retired || named.has(before.path)) continue;
    rows.push({ change: 'retired', line: null, path: before.path, name: before.name, fields: [], before, after: null });
  }
  return rows;
}

function diffRow(index: SiteIndex, { line, record }: WantedTag): DiffRow {
  const before = index.tags.get(record.path) ?? null;
  const common = { line, path: record.path, name: record.name, before };
  if (before === null) return { ...common, change: 'added', fields: [], after: record };
  if (record.retired) return before.retired ? { ...common, change: 'unchanged', fields: [], after: before } : { ...common, change: 'retired', fields: [], after: null };
  const fields = changedFields(index, before, record);
  return { ...common, change: fields.length === 0 ? 'unchanged' : 'changed', fields, after: record };
}

const show = (value: string | number | boolean | null): string => (value === null ? '' : String(value));

export function endpointText(index: SiteIndex, endpointId: number | null): string {
  const endpoint = endpointId === null ? undefined : index.endpoints.get(endpointId);
  return endpoint ? `${endpoint.gateway} / ${endpoint.name}` : '';
}

const addressText = (address: AddressDocument | null): string => (address === null ? '' : JSON.stringify(address));

function changedFields(index: SiteIndex, before: TagRecord, after: TagRecord): FieldChange[] {
  const changes: FieldChange[] = [];
  const compare = (field: FieldChange['field'], text: (tag: TagRecord) => string): void => {
    const [was, is] = [text(before), text(after)];
    if (was !== is) changes.push({ field, before: was, after: is });
  };
  const equipment = (tag: TagRecord): string => (tag.equipmentId === null ? '' : (index.equipmentPaths.get(tag.equipmentId) ?? String(tag.equipmentId)));
  compare('name', ({ name }) => name);
  compare('unit', ({ unit }) => unit);
  compare('kind', ({ kind }) => kind);
  compare('range_low', ({ rangeLow }) => show(rangeLow));
  compare('range_high', ({ rangeHigh }) => show(rangeHigh));
  compare('counter_max', ({ counterMax }) => show(counterMax));
  compare('equipment', equipment);
  compare('endpoint', ({ endpointId }) => endpointText(index, endpointId));
  compare('scan_interval_ms', ({ scanIntervalMs }) => String(scanIntervalMs));
  compare('deadband.kind', ({ deadband }) => deadband?.kind ?? '');
  compare('deadband.value', ({ deadband }) => show(deadband?.value ?? null));
  compare('insight_role', ({ insightRole }) => insightRole ?? '');
  compare('history_endpoint', ({ historyEndpointId }) => endpointText(index, historyEndpointId));
  compare('retired', ({ retired }) => (retired ? 'yes' : 'no'));
  if (!sameAddress(index, after.endpointId, before.address, after.address)) changes.push({ field: 'address', before: addressText(before.address), after: addressText(after.address) });
  if (!sameAddress(index, after.historyEndpointId, before.historyAddress, after.historyAddress)) changes.push({ field: 'history', before: addressText(before.historyAddress), after: addressText(after.historyAddress) });
  return changes;
}

/** Equal in meaning: a default that is written out changes nothing. */
function sameAddress(index: SiteIndex, endpointId: number | null, before: AddressDocument | null, after: AddressDocument | null): boolean {
  if (before === null || after === null) return before === after;
  if (isDeepStrictEqual(before, after)) return true;
  const format = endpointId === null ? undefined : index.formatOf(endpointId);
  return format !== undefined && isDeepStrictEqual(format.meaning(before), format.meaning(after));
}
