/** `csv-semicolon` is what spreadsheets of countries with a decimal comma write and open. */
export const TAG_FILE_FORMATS = ['csv', 'csv-semicolon', 'json'] as const;
export type TagFileFormat = (typeof TAG_FILE_FORMATS)[number];

/** A larger file is refused before it is read: split it. */
export const TAG_FILE_LIMITS = { bytes: 16_777_216, rows: 50_000, columns: 200, problems: 20_000 } as const;

/** One tag as the file gives it; every cell under the name of its column. */
export interface FileRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** Text from CSV; text, numbers, truth values or null from JSON. `undefined`: the file does not say. */
  cell(column: string): unknown;
  /** Everything below a prefix such as `address.`; `undefined`: the file does not say, null: it says that there is none. */
  group(prefix: string): CellGroup | null | undefined;
  /** How numbers are written in this file. */
  readonly decimalComma: boolean;
}

/** A nested part of a row: still text from CSV, whole from JSON. */
export type CellGroup =
  | { readonly kind: 'cells'; readonly cells: ReadonlyMap<string, string> }
  | { readonly kind: 'value'; readonly value: unknown };
