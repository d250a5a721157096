import { describe, expect, it } from '@jest/globals';
import { Status } from '@telltale/tag-sample';
import { BYTE_ORDERS, modbusAddressSchema, type ByteOrder, type RegisterType } from './modbus.address.js';
import { decodeValue } from './register-decoder.js';

/** Positions of the bytes A, B, C, D … on the wire, written out by hand per width. */
const ON_THE_WIRE: Readonly<Record<ByteOrder, Readonly<Record<2 | 4 | 8, readonly number[]>>>> = {
  ABCD: { 2: [0, 1], 4: [0, 1, 2, 3], 8: [0, 1, 2, 3, 4, 5, 6, 7] },
  DCBA: { 2: [1, 0], 4: [3, 2, 1, 0], 8: [7, 6, 5, 4, 3, 2, 1, 0] },
  BADC: { 2: [1, 0], 4: [1, 0, 3, 2], 8: [1, 0, 3, 2, 5, 4, 7, 6] },
  CDAB: { 2: [0, 1], 4: [2, 3, 0, 1], 8: [6, 7, 4, 5, 2, 3, 0, 1] },
};

const CASES: readonly (readonly [RegisterType, string, number])[] = [
  ['int16', 'ff85', -123],
  ['uint16', 'abcd', 43_981],
  ['bcd16', '1234', 1_234],
  ['int32', 'fffffff6', -10],
  ['uint32', 'deadbeef', 3_735_928_559],
  ['bcd32', '09876543', 9_876_543],
  ['float32', '41c80000', 25],
  ['int64', 'fffffffffffffff6', -10],
  ['uint64', '00000002540be400', 10_000_000_000],
  ['float64', '400921fb54442d18', Math.PI],
];

const address = (raw: object) => modbusAddressSchema.parse({ table: 'holding', register: 7, ...raw });

describe('decodeValue', () => {
  for (const [type, hex, value] of CASES) {
    it.each(BYTE_ORDERS)(`reads ${type} in order %s from holding and input registers`, (order) => {
      const plain = Buffer.from(hex, 'hex');
      const width = plain.length === 2 ? 2 : plain.length === 4 ? 4 : 8;
      const wire = Buffer.from(ON_THE_WIRE[order][width].map((position) => plain[position] ?? 0));
      // Two registers of something else before the value.
      const data = Buffer.concat([Buffer.from('55aa55aa', 'hex'), wire]);
      for (const table of ['holding', 'input'] as const) expect(decodeValue(data, 5, address({ type, order, table }))).toEqual({ value, status: Status.Good });
      expect(decodeValue(data, 5, address({ type, order, scale: 0.5, offset: 3 })).value).toBe(value * 0.5 + 3);
    });
  }

  it('reads every bit of a register and of coils', () => {
    const word = Buffer.from('8001', 'hex');
    const bits = Array.from({ length: 16 }, (_, bit) => decodeValue(word, 7, address({ type: 'bit', bit })).value);
    expect(bits).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const coils = Array.from({ length: 10 }, (_, i) => decodeValue(Buffer.from([0b10, 0b10]), 100, address({ table: i % 2 ? 'coil' : 'discrete', register: 100 + i })).value);
    expect(coils).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it.each([
    ['a float that is not a number', 'float32', '7fc00000', Status.BadNoData],
    ['an infinite float', 'float32', '7f800000', Status.BadOutOfRange],
    ['a digit above 9', 'bcd16', '12a4', Status.BadDecodingError],
    ['data that ends too early', 'uint32', '0001', Status.BadDecodingError],
  ] as const)('gives no value for %s', (_what, type, hex, status) => {
    expect(decodeValue(Buffer.from(hex, 'hex'), 7, address({ type }))).toEqual({ value: Number.NaN, status });
  });
});
