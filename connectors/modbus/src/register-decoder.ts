import { Status, type StatusCode } from '@telltale/tag-sample';
import { isBitTable, REGISTERS_OF, type ByteOrder, type ModbusAddress } from './modbus.address.js';

export interface DecodedValue {
  /** NaN when the status is bad. */
  readonly value: number;
  readonly status: StatusCode;
}

const bad = (status: StatusCode): DecodedValue => ({ value: Number.NaN, status });

const scratch = Buffer.alloc(8);

/** The bytes of one value in the order A B C D …: in `scratch`, as long as nobody else uses it. */
function bigEndian(data: Buffer, at: number, size: number, order: ByteOrder): Buffer {
  for (let i = 0; i < size; i++) {
    const from = order === 'DCBA' ? size - 1 - i : order === 'BADC' ? i ^ 1 : size - 2 - (i & ~1) + (i & 1);
    scratch[i] = data[at + from] ?? 0;
  }
  return scratch;
}

/** Undefined when a digit is above 9. */
function bcd(data: Buffer, at: number, size: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + size; i++) {
    const byte = data[i] ?? 0xff;
    const [high, low] = [byte >> 4, byte & 15];
    if (high > 9 || low > 9) return undefined;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

function rawValue(data: Buffer, at: number, { type, bit }: ModbusAddress): number | undefined {
  switch (type) {
    case 'bit':
      return (data.readUInt16BE(at) >> (bit ?? 0)) & 1;
    case 'int16':
      return data.readInt16BE(at);
    case 'uint16':
      return data.readUInt16BE(at);
    case 'int32':
      return data.readInt32BE(at);
    case 'uint32':
      return data.readUInt32BE(at);
    case 'int64':
      return Number(data.readBigInt64BE(at));
    case 'uint64':
      return Number(data.readBigUInt64BE(at));
    case 'float32':
      return data.readFloatBE(at);
    case 'float64':
      return data.readDoubleBE(at);
    case 'bcd16':
      return bcd(data, at, 2);
    case 'bcd32':
      return bcd(data, at, 4);
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
  const size = REGISTERS_OF[address.type] * 2;
  if (at < 0 || at * 2 + size > data.length) return bad(Status.BadDecodingError);
  const raw = address.order === 'ABCD' ? rawValue(data, at * 2, address) : rawValue(bigEndian(data, at * 2, size, address.order), 0, address);
  if (raw === undefined) return bad(Status.BadDecodingError);
  if (Number.isNaN(raw)) return bad(Status.BadNoData);
  const value = raw * address.scale + address.offset;
  return Number.isFinite(value) ? { value, status: Status.Good } : bad(Status.BadOutOfRange);
}
