import { describe, expect, it } from '@jest/globals';
import { answer } from './modbus-answer.js';
import { float32Words, highWord, lowWord, type ModbusUnit } from './register-image.js';

const unit: ModbusUnit = { read: (table, address) => (address > 2_100 ? undefined : table === 'coil' || table === 'discrete' ? address % 3 === 0 ? 1 : 0 : address + 1) };
const image = new Map([[1, unit]]);
const ask = (functionCode: number, first: number, count: number, unitId = 1): string =>
  answer(image, unitId, Buffer.from([functionCode, first >> 8, first & 255, count >> 8, count & 255])).toString('hex');

describe('answer', () => {
  it('reads registers and bits', () => {
    expect(ask(3, 5, 2)).toBe('030400060007');
    expect(ask(4, 0, 1)).toBe('04020001');
    expect(ask(1, 0, 10)).toBe('01024902');
    expect(ask(2, 3, 1)).toBe('020101');
  });

  it.each([
    ['an unknown function', 6, 0, 1, 1, '8601'],
    ['a write of many registers', 16, 0, 1, 1, '9001'],
    ['an address that is not there', 3, 2_100, 2, 1, '8302'],
    ['126 registers', 3, 0, 126, 1, '8303'],
    ['2001 bits', 1, 0, 2_001, 1, '8103'],
    ['no register', 4, 0, 0, 1, '8403'],
    ['a unit that does not answer', 3, 0, 1, 9, '830b'],
  ])('refuses %s', (_what, functionCode, first, count, unitId, expected) => {
    expect(ask(functionCode, first, count, unitId)).toBe(expected);
  });

  it('splits 32-bit values into words', () => {
    expect([highWord(4_294_967_295), lowWord(4_294_967_295)]).toEqual([65_535, 65_535]);
    expect([highWord(65_536), lowWord(65_537)]).toEqual([1, 1]);
    expect(float32Words(1)).toEqual([0x3f80, 0]);
  });
});
