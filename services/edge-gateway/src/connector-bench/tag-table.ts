import { StartError } from '@telltale/service-runtime';

/** One line of tags.csv: the tag's name, how often it is wanted, and the address fields as text. */
export interface TagLine {
  readonly line: number;
  readonly tag: string;
  readonly scanIntervalMs: number;
  readonly address: Readonly<Record<string, string>>;
}

const DEFAULT_SCAN_MS = 1_000;

/** RFC 4180 with comma or semicolon (taken from the header), quoted fields and a byte order mark. */
export function csvRows(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const separator = (source.split(/\r?\n/, 1)[0] ?? '').includes(';') ? ';' : ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? '';
    if (quoted) {
      if (char !== '"') field += char;
      else if (source[at + 1] === '"') field += source[++at] ?? '';
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator) {
      row.push(field);
      field = '';
    } else if (char === '\n') {
      rows.push([...row, field.replace(/\r$/, '')]);
      row = [];
      field = '';
    } else field += char;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows;
}

/** Columns: `tag`, optionally `scan_interval_ms`; every other column is a field of the address. Lines that begin with # are left out. */
export function tagLines(text: string, file: string): TagLine[] {
  const [header = [], ...rows] = csvRows(text);
  const names = header.map((name) => name.trim());
  if (!names.includes('tag')) throw new StartError('TAGS_INVALID', `${file} has no column "tag"`, 'Begin it with a line like: tag,scan_interval_ms,<address fields>');
  const seen = new Map<string, number>();
  const lines: TagLine[] = [];
  rows.forEach((row, index) => {
    const line = index + 2;
    if (row.every((field) => field.trim() === '') || row[0]?.startsWith('#')) return;
    if (row.length !== names.length) throw new StartError('TAGS_INVALID', `${file}:${line} has ${row.length} fields instead of ${names.length}`, 'Quote fields that contain the separator');
    const fields = Object.fromEntries(names.map((name, column) => [name, (row[column] ?? '').trim()]));
    const { tag = '', scan_interval_ms: interval = '', ...rest } = fields;
    if (tag === '') throw new StartError('TAGS_INVALID', `${file}:${line} has no tag name`, 'Give each line a name in the column "tag"');
    const twin = seen.get(tag);
    if (twin !== undefined) throw new StartError('TAGS_INVALID', `${file}:${line} names the tag "${tag}" again, it is in line ${twin} already`, 'Use each name once');
    seen.set(tag, line);
    const scanIntervalMs = interval === '' ? DEFAULT_SCAN_MS : Number(interval);
    if (!Number.isInteger(scanIntervalMs) || scanIntervalMs < 50) throw new StartError('TAGS_INVALID', `${file}:${line} has the scan interval "${interval}"`, 'Give whole milliseconds, 50 or more');
    lines.push({ line, tag, scanIntervalMs, address: Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')) });
  });
  if (lines.length === 0) throw new StartError('TAGS_INVALID', `${file} names no tag`, 'Add one line per tag');
  return lines;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

function typed(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** `a.b` becomes a field b of an object a; numbers and booleans become such. */
export function addressOf(fields: Readonly<Record<string, string>>, asText = false): Record<string, unknown> {
  const address: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(fields)) {
    const value = asText ? text : typed(text);
    const [first = name, ...rest] = name.split('.');
    if (rest.length === 0) address[first] = value;
    else address[first] = { ...Object(address[first]), [rest.join('.')]: value };
  }
  return address;
}
