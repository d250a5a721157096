import type { ByteOrder, RegisterType } from '../src/modbus.address.js';

/** Positions of the bytes A, B, C, D … on the wire, written out by hand per width. */
export const ON_THE_WIRE: Readonly<Record<ByteOrder, Readonly<Record<2 | 4 | 8, readonly number[]>>>> = {
  ABCD: { 2: [0, 1], 4: [0, 1, 2, 3], 8: [0, 1, 2, 3, 4, 5, 6, 7] },
  DCBA: { 2: [1, 0], 4: [3, 2, 1, 0], 8: [7, 6, 5, 4, 3, 2, 1, 0] },
  BADC: { 2: [1, 0], 4: [1, 0, 3, 2], 8: [1, 0, 3, 2, 5, 4, 7, 6] },
  CDAB: { 2: [0, 1], 4: [2, 3, 0, 1], 8: [6, 7, 4, 5, 2, 3, 0, 1] },
};

/** Type, its bytes in the order A B C D …, its value. */
export const TRUTHS: readonly (readonly [RegisterType, string, number])[] = [
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

/** The bytes of a value as a device of this order sends them. */
export function onTheWire(hex: string, order: ByteOrder): Buffer {
  const plain = Buffer.from(hex, 'hex');
  const width = plain.length === 2 ? 2 : plain.length === 4 ? 4 : 8;
  return Buffer.from(ON_THE_WIRE[order][width].map((position) => plain[position] ?? 0));
}
