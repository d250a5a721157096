import { DataType, type Variant } from 'node-opcua-client';
import { Status, type StatusCode } from '@telltale/tag-sample';

const TWO_32 = 4_294_967_296;

/** What the platform stores for one value of the device. */
export interface DecodedValue {
  /** NaN when there is no number. */
  readonly value: number;
  readonly status: StatusCode;
}

/** The number in a scalar of a numeric type; undefined for any other type. */
function numberOf(dataType: DataType, raw: unknown): number | undefined {
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
    default:
      return undefined;
  }
}

/** node-opcua gives 64-bit integers as [high, low]; beyond 2^53 the nearest double is stored. */
function wide(raw: unknown, signed: boolean): number | undefined {
  if (!Array.isArray(raw) || raw.length !== 2) return undefined;
  const [high, low] = [Number(raw[0]), Number(raw[1])];
  return (signed ? high | 0 : high >>> 0) * TWO_32 + (low >>> 0);
}

function scalarOf(variant: Variant): { dataType: DataType; raw: unknown } | undefined {
  const raw: unknown = variant.value;
  const isWide = variant.dataType === DataType.Int64 || variant.dataType === DataType.UInt64;
  if (variant.arrayType === 0) return { dataType: variant.dataType, raw };
  // One element: the answer to an index range, or an array of one.
  const elements = raw as ArrayLike<unknown> | null;
  if (elements === null || elements.length === 0) return undefined;
  if (elements.length === 1) return { dataType: variant.dataType, raw: elements[0] };
  return isWide && elements.length === 2 && typeof elements[0] === 'number' ? { dataType: variant.dataType, raw } : undefined;
}

/**
 * Value and status of one answer. The device's status is kept to the last bit; only a "good" without a
 * usable number is replaced: no value → BadNoData, not finite → BadOutOfRange, no number type → BadTypeMismatch.
 */
export function decodeValue(variant: Variant | undefined, status: StatusCode): DecodedValue {
  const bad = status >>> 31 === 1;
  if (variant === undefined || variant.dataType === DataType.Null) return { value: Number.NaN, status: bad ? status : Status.BadNoData };
  const scalar = scalarOf(variant);
  const value = scalar && numberOf(scalar.dataType, scalar.raw);
  if (value === undefined) return { value: Number.NaN, status: bad ? status : Status.BadTypeMismatch };
  if (Number.isFinite(value)) return { value, status };
  return { value: Number.NaN, status: bad ? status : Number.isNaN(value) ? Status.BadNoData : Status.BadOutOfRange };
}

/** µs since 1970 of an OPC UA time: node-opcua keeps what a Date can't hold as picoseconds. */
export function timeUs(time: Date | null | undefined, picoseconds: number): number | undefined {
  const ms = time?.getTime();
  // A DateTime of 0 (the year 1601) means "no time" (Part 6 §5.2.2.5).
  if (ms === undefined || Number.isNaN(ms) || ms <= 0) return undefined;
  return ms * 1000 + Math.floor(picoseconds / 1_000_000);
}
