import type { ProblemList } from './row-problem.js';
import type { CellGroup, FileRow } from './tag-file.js';

const REMEDY = 'Write { "tags": [ { "path": "…", … } ] }; an export shows the form.';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lines on which the elements of the outermost array begin. */
function elementLines(text: string): number[] {
  const lines: number[] = [];
  const isWrapped = text.trimStart().startsWith('{');
  const arrayDepth = isWrapped ? 2 : 1;
  let [line, depth, quoted] = [1, 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\n') line++;
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (depth === arrayDepth && char === '{') lines.push(line);
      depth++;
    } else if (char === '}' || char === ']') depth--;
  }
  return lines;
}

function parsed(text: string, problems: ProblemList): unknown[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? Number.NaN);
    const line = Number.isNaN(at) ? null : text.slice(0, at).split('\n').length;
    problems.add({ code: 'FILE_UNREADABLE', line, column: null, tag: null, what: 'The file is no JSON from here on', remedy: 'Look for a missing comma, bracket or quotation mark.' });
    return null;
  }
  const tags = isObject(document) ? document['tags'] : document;
  if (Array.isArray(tags)) return tags;
  problems.add({ code: 'FILE_UNREADABLE', line: 1, column: 'tags', tag: null, what: 'The file has no list of tags', remedy: REMEDY });
  return null;
}

/** Rows of a JSON file: the columns of CSV are the keys, `address`, `history` and `deadband` are objects. */
export function* jsonRows(given: string, isColumn: (name: string) => boolean, problems: ProblemList): Generator<FileRow> {
  const text = given.replace(/^\uFEFF/, '');
  const tags = parsed(text, problems);
  if (tags === null) return;
  if (tags.length === 0) problems.add({ code: 'FILE_EMPTY', line: 1, column: 'tags', tag: null, what: 'The file names no tag', remedy: 'Add one entry per tag.' });
  const lines = elementLines(text);
  for (const [index, entry] of tags.entries()) {
    const line = tags.length === lines.length ? (lines[index] ?? 1) : 1;
    if (!isObject(entry)) {
      problems.add({ code: 'ROW_SHAPE', line, column: null, tag: null, what: `Entry ${index + 1} is no tag`, remedy: REMEDY });
      continue;
    }
    const tag = typeof entry['path'] === 'string' ? entry['path'] : null;
    for (const key of Object.keys(entry)) {
      if (!isColumn(key)) problems.add({ code: 'COLUMN_UNKNOWN', line, column: key, tag, what: `A tag has no field ${key}`, remedy: 'Correct its name or remove it; an export shows the names of all fields.' });
    }
    yield jsonRow(line, entry);
  }
}

function jsonRow(line: number, entry: Readonly<Record<string, unknown>>): FileRow {
  const own = (name: string): unknown => (Object.hasOwn(entry, name) ? entry[name] : undefined);
  return {
    line,
    decimalComma: false,
    cell(column) {
      const [first = column, second] = column.split('.');
      const value = own(first);
      if (second === undefined || value === undefined) return value;
      return isObject(value) && Object.hasOwn(value, second) ? value[second] : null;
    },
    group(prefix): CellGroup | null | undefined {
      const value = own(prefix.slice(0, -1));
      return value === undefined || value === null ? value : { kind: 'value', value };
    },
  };
}
