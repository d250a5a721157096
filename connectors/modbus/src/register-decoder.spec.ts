import { describe, expect, it } from '@jest/globals';
import { Status } from '@telltale/tag-sample';
import { onTheWire, TRUTHS } from '../test/register-truth.js';
import { BYTE_ORDERS, modbusAddressSchema } from './modbus.address.js';
import { decodeValue } from './register-decoder.js';

const address = (raw: object) => modbusAddressSchema.parse({ table: 'holding', register: 7, ...raw });

describe('decodeValue', () => {
  for (const [type, hex, value] of TRUTHS) {
    it.each(BYTE_ORDERS)(`reads ${type} in order %s from holding and input registers`, (order) => {
      const wire = onTheWire(hex, order);
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
