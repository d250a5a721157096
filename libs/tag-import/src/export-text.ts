import { setImmediate } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { neutralised } from './formula-safe.js';
import { SiteIndex, type SiteTags, type TagRecord } from './site-tags.js';
import { ADDRESS_PREFIX, HISTORY_PREFIX, TAG_COLUMNS } from './tag-columns.js';
import type { TagFileFormat } from './tag-file.js';

type Cell = string | number | boolean | null;
const ROWS_PER_TURN = 500;
/** Everything but `retired`: an export holds the tags in service. */
const COLUMNS = TAG_COLUMNS.filter((column) => column !== 'retired');

function plainCells(index: SiteIndex, tag: TagRecord): Record<(typeof COLUMNS)[number], Cell> {
  const endpoint = tag.endpointId === null ? undefined : index.endpoints.get(tag.endpointId);
  const history = tag.historyEndpointId === null ? undefined : index.endpoints.get(tag.historyEndpointId);
  return {
    path: tag.path,
    name: tag.name,
    unit: tag.unit,
    kind: tag.kind,
    range_low: tag.rangeLow,
    range_high: tag.rangeHigh,
    counter_max: tag.counterMax,
    equipment: tag.equipmentId === null ? null : (index.equipmentPaths.get(tag.equipmentId) ?? null),
    gateway: endpoint?.gateway ?? null,
    endpoint: endpoint?.name ?? null,
    scan_interval_ms: tag.scanIntervalMs,
    'deadband.kind': tag.deadband?.kind ?? null,
    'deadband.value': tag.deadband?.value ?? null,
    insight_role: tag.insightRole,
    history_gateway: history?.gateway ?? null,
    history_endpoint: history?.name ?? null,
  };
}

/** The leaves of an address: objects are taken apart, lists stay JSON. */
function addressCells(prefix: string, address: unknown): [string, Cell][] {
  if (typeof address !== 'object' || address === null) return [];
  return Object.entries(address).flatMap(([name, value]: [string, unknown]): [string, Cell][] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return addressCells(`${prefix}${name}.`, value);
    const cell: Cell = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : value === null ? null : JSON.stringify(value);
    return [[`${prefix}${name}`, cell]];
  });
}

/** The tags in service, as a file that imports to no change. */
export async function exportTags(site: SiteTags, format: TagFileFormat): Promise<string> {
  const index = new SiteIndex(site);
  const tags = site.tags.filter(({ retired }) => !retired).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return format === 'json' ? jsonText(index, tags) : csvText(index, tags, format === 'csv-semicolon');
}

type Row = ReadonlyMap<string, Cell>;
const rowOf = (index: SiteIndex, tag: TagRecord): Row => new Map<string, Cell>([...Object.entries(plainCells(index, tag)), ...addressCells(ADDRESS_PREFIX, tag.address), ...addressCells(HISTORY_PREFIX, tag.historyAddress)]);

/** Columns of the connectors in use, and what stands in older addresses. */
function columnsOf(index: SiteIndex, tags: readonly TagRecord[]): string[] {
  const found = new Set<string>(COLUMNS);
  for (const prefix of [ADDRESS_PREFIX, HISTORY_PREFIX]) {
    for (const { fields, connector } of index.site.formats.values()) if (isUsed(index, connector)) for (const field of fields) found.add(`${prefix}${field}`);
  }
  for (const tag of tags) for (const [name] of [...addressCells(ADDRESS_PREFIX, tag.address), ...addressCells(HISTORY_PREFIX, tag.historyAddress)]) found.add(name);
  return [...found];
}

async function csvText(index: SiteIndex, tags: readonly TagRecord[], decimalComma: boolean): Promise<string> {
  const columns = columnsOf(index, tags);
  const text = (cell: Cell | undefined): string => {
    if (typeof cell === 'number') return decimalComma ? String(cell).replace('.', ',') : String(cell);
    return cell === null || cell === undefined ? '' : neutralised(String(cell));
  };
  // With a byte order mark spreadsheets know that it is UTF-8, and CRLF is what RFC 4180 asks for.
  const form = { delimiter: decimalComma ? ';' : ',', record_delimiter: '\r\n' };
  const parts = [stringify([columns], { ...form, bom: true })];
  for (let at = 0; at < tags.length; at += ROWS_PER_TURN) {
    const rows = tags.slice(at, at + ROWS_PER_TURN).map((tag) => rowOf(index, tag));
    parts.push(stringify(rows.map((row) => columns.map((column) => text(row.get(column)))), form));
    await setImmediate();
  }
  return parts.join('');
}

const isUsed = (index: SiteIndex, connector: string): boolean => index.site.endpoints.some((endpoint) => endpoint.connector === connector);

/** One tag per line, so that files can be compared line by line. */
function jsonText(index: SiteIndex, tags: readonly TagRecord[]): string {
  const lines = tags.map((tag) => {
    const { 'deadband.kind': _kind, 'deadband.value': _value, ...plain } = plainCells(index, tag);
    return `  ${JSON.stringify({ ...plain, deadband: tag.deadband, address: tag.address, history: tag.historyAddress })}`;
  });
  return `{ "tags": [\n${lines.join(',\n')}\n] }\n`;
}
