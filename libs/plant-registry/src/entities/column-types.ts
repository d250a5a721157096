import type { ColumnOptions } from 'typeorm';

/** int8 as a number: sequence numbers and epochs stay below 2^53. */
export const INT8 = {
  type: 'int8',
  transformer: {
    to: (value: number | null) => value,
    from: (value: string | null) => (value === null ? null : Number(value)),
  },
} satisfies ColumnOptions;
export const TIME = { type: 'timestamptz' } satisfies ColumnOptions;
export const OPTIONAL_TIME = { type: 'timestamptz', nullable: true } satisfies ColumnOptions;
export const NUMBER = { type: 'float8' } satisfies ColumnOptions;
export const OPTIONAL_NUMBER = { type: 'float8', nullable: true } satisfies ColumnOptions;
export const ID = { type: 'int4' } satisfies ColumnOptions;
export const OPTIONAL_ID = { type: 'int4', nullable: true } satisfies ColumnOptions;
export const IDS = { type: 'int4', array: true, default: '{}' } satisfies ColumnOptions;
export const TEXT = { type: 'text' } satisfies ColumnOptions;
export const OPTIONAL_TEXT = { type: 'text', nullable: true } satisfies ColumnOptions;
export const JSONB = { type: 'jsonb' } satisfies ColumnOptions;
export const OPTIONAL_JSONB = { type: 'jsonb', nullable: true } satisfies ColumnOptions;
export const BYTES = { type: 'bytea' } satisfies ColumnOptions;
export const FLAG = { type: 'boolean' } satisfies ColumnOptions;
/** A local day, YYYY-MM-DD. */
export const LOCAL_DATE = { type: 'date' } satisfies ColumnOptions;
