import { Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import type { ProblemList } from './row-problem.js';
import { detectSeparator } from './file-form.js';
import { restored } from './formula-safe.js';
import { TAG_FILE_LIMITS, type CellGroup, type FileRow } from './tag-file.js';

const SLICE_BYTES = 65_536;
/** Excel writes and reads `sep=;` as a first line. */
const SEPARATOR_LINE = /^sep=[,;\t]\n/i;

/** Slices of bytes, so that a large file does not hold up everything else in the process. */
function* slices(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const SHAPE_REMEDY = 'Put a field that holds the separator or a line break into quotation marks, and write "" for a quotation mark inside.';

/** Rows of a CSV file with a header: comma, semicolon or tab, LF or CRLF, quoted fields, byte order mark, `#` comments. */
export async function* csvRows(given: string, isColumn: (name: string) => boolean, problems: ProblemList): AsyncGenerator<FileRow> {
  // One kind of line end: the parser would count a CRLF inside of quotation marks twice.
  const bare = given.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const separator = detectSeparator(bare);
  const text = bare.replace(SEPARATOR_LINE, '');
  const skipped = text.length === bare.length ? 0 : 1;
  const parser = Readable.from(slices(text)).pipe(
    parse({
      delimiter: separator, record_delimiter: '\n', relax_column_count: true, info: true, skip_records_with_error: true,
      on_skip: (error: CsvError | undefined) => {
        problems.add({ code: 'QUOTE_OPEN', line: Number(error?.['lines'] ?? 1) + skipped, column: null, tag: null, what: 'Quotation marks are out of place', remedy: SHAPE_REMEDY });
      },
    }),
  );
  let header: string[] | undefined;
  let before = skipped;
  for await (const { record, info } of parser as AsyncIterable<Parsed>) {
    const line = before + 1;
    before = info.lines + skipped;
    if (record.every((field) => field.trim() === '') || record[0]?.startsWith('#')) continue;
    if (header === undefined) {
      header = readHeader(record, line, isColumn, problems);
      continue;
    }
    if (record.slice(header.length).some((field) => field.trim() !== '')) {
      problems.add({ code: 'ROW_SHAPE', line, column: null, tag: record[header.indexOf('path')]?.trim() ?? null, what: `The line has ${record.length} fields, the header ${header.length}`, remedy: SHAPE_REMEDY });
      continue;
    }
    yield csvRow(line, header, record, separator !== ',');
  }
  if (header === undefined) problems.add({ code: 'FILE_EMPTY', line: null, column: null, tag: null, what: 'The file is empty', remedy: 'Export the tags, or begin with a header line that has the column path.' });
}

function readHeader(record: readonly string[], line: number, isColumn: (name: string) => boolean, problems: ProblemList): string[] {
  const names = record.map((name) => (/^[^.]+$/.test(name.trim()) ? name.trim().toLowerCase() : name.trim()));
  if (names.length > TAG_FILE_LIMITS.columns) {
    problems.add({ code: 'ROW_SHAPE', line, column: null, tag: null, what: `The header has ${names.length} columns`, remedy: `Use ${TAG_FILE_LIMITS.columns} columns at most.` });
  }
  if (!names.includes('path')) {
    problems.add({ code: 'COLUMN_MISSING', line, column: 'path', tag: null, what: 'The header has no column path', remedy: 'Begin the file with a header line such as path,name,unit,endpoint,address.nodeId.' });
  }
  names.forEach((name, index) => {
    if (name === '') return;
    if (names.indexOf(name) !== index) problems.add({ code: 'COLUMN_TWICE', line, column: name, tag: null, what: `The column ${name} is there twice`, remedy: 'Remove one of them.' });
    else if (!isColumn(name)) problems.add({ code: 'COLUMN_UNKNOWN', line, column: name, tag: null, what: `There is no column ${name}`, remedy: 'Correct its name or remove it; an export shows the names of all columns.' });
  });
  return names;
}

function csvRow(line: number, header: readonly string[], record: readonly string[], decimalComma: boolean): FileRow {
  const cells = new Map(header.map((name, index) => [name, restored((record[index] ?? '').trim())]));
  return {
    line,
    decimalComma,
    cell: (column) => cells.get(column),
    group(prefix): CellGroup | null | undefined {
      const below = [...cells].filter(([name]) => name.startsWith(prefix));
      if (below.length === 0) return undefined;
      const filled = below.filter(([, text]) => text !== '').map(([name, text]) => [name.slice(prefix.length), text] as const);
      return filled.length === 0 ? null : { kind: 'cells', cells: new Map(filled) };
    },
  };
}
