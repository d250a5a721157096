import { describe, expect, test } from '@jest/globals';
import { DataType, Variant, VariantArrayType } from 'node-opcua-client';
import { parseMemberPath } from './member-path.js';
import { decodeValue } from './value-decoder.js';

describe('the way to a member', () => {
  test.each([
    ['Speed', ['Speed']],
    ['Motor.Speed', ['Motor', 'Speed']],
    ['Temperatures[2]', ['Temperatures', 2]],
    ['Axes[1].Ends[0].Position now', ['Axes', 1, 'Ends', 0, 'Position now']],
  ])('%s', (text, path) => expect(parseMemberPath(text)).toEqual(path));
  test.each(['', '.', '.Speed', 'Speed.', 'a..b', '[1]', '[1].a', 'a[x]', 'a[-1]', 'a[1', 'a[1]b', 'a].b'])('%j is none', (text) => expect(parseMemberPath(text)).toBeUndefined());
});

describe('decoding', () => {
  const wide = (dataType: DataType.Int64 | DataType.UInt64, value: readonly [number, number]) => decodeValue(new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: [...value] }), 0);

  test.each([
    ['2^53', DataType.UInt64, [0x0020_0000, 0], 9_007_199_254_740_992, 0],
    ['2^53 + 1, which no double holds', DataType.UInt64, [0x0020_0000, 1], 9_007_199_254_740_992, 0x40000000],
    ['the largest', DataType.UInt64, [0xffff_ffff, 0xffff_ffff], 18_446_744_073_709_552_000, 0x40000000],
    ['the smallest', DataType.Int64, [0x8000_0000, 0], -9_223_372_036_854_775_808, 0],
    ['minus one', DataType.Int64, [0xffff_ffff, 0xffff_ffff], -1, 0],
  ] as const)('a 64-bit integer, %s', (_title, dataType, raw, value, status) => {
    expect(wide(dataType, raw)).toMatchObject({ value, status });
  });

  test('a status that is not good stays as it is, whatever the number', () => {
    expect(decodeValue(new Variant({ dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [0x0020_0000, 1] }), 0x40900000)).toEqual({ value: 9_007_199_254_740_992, status: 0x40900000 });
    expect(decodeValue(new Variant({ dataType: DataType.String, value: 'x' }), 0x808b0000).status).toBe(0x808b0000);
  });

  const matrix = new Variant({ dataType: DataType.Double, arrayType: VariantArrayType.Matrix, dimensions: [1, 1], value: new Float64Array([6]) });
  test('the element of a matrix that was asked for; a whole one is an error, also when it has one element', () => {
    expect(decodeValue(matrix, 0, [], true)).toEqual({ value: 6, status: 0 });
    expect(decodeValue(matrix, 0)).toMatchObject({ status: 0x80740000, problem: { code: 'opcua.whole-array', reason: 'the address means a whole array (1 × Double): name one element in indexRange' } });
  });

  test('"no time" is no data', () => {
    expect(decodeValue(new Variant({ dataType: DataType.DateTime, value: new Date(Date.UTC(1601, 0, 1)) }), 0)).toMatchObject({ status: 0x809b0000 });
    expect(decodeValue(new Variant({ dataType: DataType.DateTime, value: new Date(1_500) }), 0)).toEqual({ value: 1.5, status: 0 });
  });
});
