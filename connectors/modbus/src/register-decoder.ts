import { Status, type StatusCode } from '@telltale/tag-sample';
import { isBitTable, REGISTERS_OF, type ByteOrder, type ModbusAddress } from './modbus.address.js';

export interface DecodedValue {
  /** NaN when the status is bad. */
  readonly value: number;
  readonly status: StatusCode;
}

const bad = (status: StatusCode): DecodedValue => ({ value: Number.NaN, status });

/** Bytes of one value as they came, put into the order A B C D …; a copy. */
function bigEndian(bytes: Buffer, order: ByteOrder): Buffer {
  const ordered = Buffer.from(bytes);
  if (order === 'DCBA') return ordered.reverse();
  if (order === 'BADC') return ordered.swap16();
  return order === 'CDAB' ? ordered.reverse().swap16() : ordered;
}

/** Undefined when a digit is above 9. */
function bcd(bytes: Buffer): number | undefined {
  let value = 0;
  for (const byte of bytes) {
    const [high, low] = [byte >> 4, byte & 15];
    if (high > 9 || low > 9) return undefined;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

function rawValue(bytes: Buffer, { type, bit }: ModbusAddress): number | undefined {
  switch (type) {
    case 'bit':
      return (bytes.readUInt16BE() >> (bit ?? 0)) & 1;
    case 'int16':
      return bytes.readInt16BE();
    case 'uint16':
      return bytes.readUInt16BE();
    case 'int32':
      return bytes.readInt32BE();
    case 'uint32':
      return bytes.readUInt32BE();
    case 'int64':
      return Number(bytes.readBigInt64BE());
    case 'uint64':
      return Number(bytes.readBigUInt64BE());
    case 'float32':
      return bytes.readFloatBE();
    case 'float64':
      return bytes.readDoubleBE();
    case 'bcd16':
    case 'bcd32':
      return bcd(bytes);
  }
}

/** One tag's value out of the data of a read that began at `first`. "Not a number" and impossible digits are bad, never 0. */
export function decodeValue(data: Buffer, first: number, address: ModbusAddress): DecodedValue {
  const at = address.register - first;
  if (isBitTable(address.table)) {
    const byte = data[at >> 3];
    if (byte === undefined) return bad(Status.BadDecodingError);
    return { value: ((byte >> (at & 7)) & 1) * address.scale + address.offset, status: Status.Good };
  }
  const bytes = data.subarray(at * 2, (at + REGISTERS_OF[address.type]) * 2);
  if (bytes.length !== REGISTERS_OF[address.type] * 2) return bad(Status.BadDecodingError);
  const raw = rawValue(bigEndian(bytes, address.order), address);
  if (raw === undefined) return bad(Status.BadDecodingError);
  if (Number.isNaN(raw)) return bad(Status.BadNoData);
  const value = raw * address.scale + address.offset;
  return Number.isFinite(value) ? { value, status: Status.Good } : bad(Status.BadOutOfRange);
}
