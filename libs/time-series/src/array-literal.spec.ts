import { describe, expect, it } from '@jest/globals';
import { arrayLiteral } from './array-literal.js';

describe('arrayLiteral', () => {
  it.each([
    [[], '{}'],
    [[1, -2.5, 1_790_000_000_000_000], '{1,-2.5,1790000000000000}'],
    [[NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308], '{NaN,Infinity,-Infinity,5e-324,1.7976931348623157e+308}'],
    [[null, undefined, 7], '{NULL,NULL,7}'],
    [[true, false, null], '{true,false,NULL}'],
  ])('%p becomes %s', (array, literal) => {
    expect(arrayLiteral(array)).toBe(literal);
  });

  it.each([[['a', 'b"c']], [[1, 'a']], [Buffer.from('x')], ['text'], [7], [null], [[[1], [2]]]])('leaves %p to the driver', (param) => {
    expect(arrayLiteral(param)).toBe(param);
  });
});
