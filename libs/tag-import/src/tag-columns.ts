/** Columns of a file beside those of the addresses, in the order of an export. */
export const TAG_COLUMNS = [
  'path', 'name', 'unit', 'kind', 'range_low', 'range_high', 'counter_max', 'equipment', 'gateway', 'endpoint', 'scan_interval_ms',
  'deadband.kind', 'deadband.value', 'insight_role', 'history_gateway', 'history_endpoint', 'retired',
] as const;
export type TagColumn = (typeof TAG_COLUMNS)[number];

export const ADDRESS_PREFIX = 'address.';
export const HISTORY_PREFIX = 'history.';

const NAMES: ReadonlySet<string> = new Set(TAG_COLUMNS);
/** In JSON these are objects. */
const GROUPS: ReadonlySet<string> = new Set(['address', 'history', 'deadband']);

/** Whether a column of CSV has this name; which fields an address has is known per connector, row by row. */
export const isCsvColumn = (name: string): boolean => NAMES.has(name) || name.startsWith(ADDRESS_PREFIX) || name.startsWith(HISTORY_PREFIX);
export const isJsonField = (name: string): boolean => (NAMES.has(name) && !name.includes('.')) || GROUPS.has(name);
