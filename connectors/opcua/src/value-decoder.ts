import { DataType, type Variant } from 'node-opcua-client';
import { Status, type StatusCode } from '@telltale/tag-sample';
import type { MemberPath } from './member-path.js';
import { fieldsOf, listed, memberOf, type TypedValue } from './structure-member.js';

const TWO_32 = 4_294_967_296n;

/** What the platform stores for one value of the device. */
export interface DecodedValue {
  /** NaN when there is no number. */
  readonly value: number;
  readonly status: StatusCode;
  /** Why the address gives no number: something that a person must correct. */
  readonly problem?: ValueProblem;
}

export interface ValueProblem {
  readonly code: 'opcua.whole-array' | 'opcua.whole-structure' | 'opcua.not-a-number' | 'opcua.member-unknown' | 'opcua.beyond-2-53';
  readonly reason: string;
}

/** The number in a scalar; undefined for a type without one. */
function numberOf(dataType: DataType, raw: unknown): number | bigint | undefined {
  switch (dataType) {
    case DataType.Boolean:
      return raw === true ? 1 : 0;
    case DataType.SByte:
    case DataType.Byte:
    case DataType.Int16:
    case DataType.UInt16:
    case DataType.Int32:
    case DataType.UInt32:
    case DataType.Float:
    case DataType.Double:
      return typeof raw === 'number' ? raw : undefined;
    case DataType.Int64:
      return wide(raw, true);
    case DataType.UInt64:
      return wide(raw, false);
    case DataType.DateTime:
      // Seconds since 1970; 1601 means "no time" (Part 6 §5.2.2.5).
      return raw instanceof Date ? (raw.getTime() > 0 ? raw.getTime() / 1000 : Number.NaN) : undefined;
    default:
      return undefined;
  }
}

/** node-opcua gives 64-bit integers as [high, low]. */
function wide(raw: unknown, signed: boolean): bigint | undefined {
  if (!Array.isArray(raw) || raw.length !== 2) return undefined;
  const [high, low] = [Number(raw[0]), Number(raw[1])];
  return BigInt(signed ? high | 0 : high >>> 0) * TWO_32 + BigInt(low >>> 0);
}

/** The one value in an answer; an answer to an index range is an array of one. */
function single({ dataType, arrayType, value }: Variant, hasIndexRange: boolean): TypedValue {
  const raw: unknown = value;
  if (arrayType === 0) return { dataType, raw, isArray: false };
  const elements = Object(raw) as ArrayLike<unknown>;
  if (!hasIndexRange || elements.length > 2) return { dataType, raw, isArray: true };
  if (elements.length === 1) return { dataType, raw: elements[0], isArray: false };
  // The driver may give a single 64-bit integer without its array around it.
  const isWide = (dataType === DataType.Int64 || dataType === DataType.UInt64) && typeof elements[0] === 'number';
  return { dataType, raw, isArray: !isWide };
}

/** A bad status of the device says more than what is missing in its value. */
const bad = (given: StatusCode, status: StatusCode, problem?: ValueProblem): DecodedValue =>
  given >>> 31 === 1 ? { value: Number.NaN, status: given } : { value: Number.NaN, status, ...(problem && { problem }) };

/**
 * Value and status of one answer. The device's status is kept to the last bit; only a "good" without a
 * usable number is replaced: no value → BadNoData, not finite → BadOutOfRange, no number type → BadTypeMismatch, no such
 * member → BadConfigurationError. A 64-bit integer that no double holds is the nearest one, uncertain.
 */
export function decodeValue(variant: Variant | undefined, status: StatusCode, member: MemberPath = [], hasIndexRange = false): DecodedValue {
  if (variant === undefined || variant.dataType === DataType.Null) return bad(status, Status.BadNoData);
  // The common case first: it runs for every value.
  if (variant.arrayType === 0 && member.length === 0 && typeof variant.value === 'number') return finite(variant.value, status);
  const outer = single(variant, hasIndexRange);
  if (outer.isArray) return bad(status, Status.BadTypeMismatch, wholeArray(outer, 'indexRange'));
  const found = member.length === 0 ? outer : memberOf(outer.raw, member);
  if (typeof found === 'string') return bad(status, Status.BadConfigurationError, { code: 'opcua.member-unknown', reason: `${found}: correct member` });
  if (found.dataType === DataType.Null) return bad(status, Status.BadNoData);
  if (found.isArray) return bad(status, Status.BadTypeMismatch, wholeArray(found, 'member'));
  const number = numberOf(found.dataType, found.raw);
  if (number === undefined) return bad(status, Status.BadTypeMismatch, noNumber(found));
  if (typeof number !== 'bigint') return finite(number, status);
  const nearest = Number(number);
  if (BigInt(nearest) === number || status >>> 30 !== 0) return { value: nearest, status };
  return { value: nearest, status: Status.Uncertain, problem: { code: 'opcua.beyond-2-53', reason: `${number} has more digits than the platform stores: the nearest value ${nearest} is stored, uncertain` } };
}

function finite(value: number, status: StatusCode): DecodedValue {
  if (Number.isFinite(value)) return { value, status };
  return bad(status, Number.isNaN(value) ? Status.BadNoData : Status.BadOutOfRange);
}

function wholeArray({ dataType, raw }: TypedValue, field: string): ValueProblem {
  const { length } = Object(raw) as ArrayLike<unknown>;
  return { code: 'opcua.whole-array', reason: `the address means a whole array (${length} × ${DataType[dataType]}): name one element in ${field}` };
}

function noNumber({ dataType, raw }: TypedValue): ValueProblem {
  if (dataType !== DataType.ExtensionObject) return { code: 'opcua.not-a-number', reason: `its type is ${DataType[dataType]}, which is no number` };
  const fields = fieldsOf(raw);
  return { code: 'opcua.whole-structure', reason: fields.length > 0 ? `the address means a whole structure: name one of its members in member (${listed(fields)})` : 'the address means a whole structure: name one of its members in member' };
}

/** µs since 1970 of an OPC UA time: node-opcua keeps what a Date can't hold as picoseconds. */
export function timeUs(time: Date | null | undefined, picoseconds: number): number | undefined {
  const ms = time?.getTime();
  // A DateTime of 0 (the year 1601) means "no time" (Part 6 §5.2.2.5).
  if (ms === undefined || Number.isNaN(ms) || ms <= 0) return undefined;
  return ms * 1000 + Math.floor(picoseconds / 1_000_000);
}
