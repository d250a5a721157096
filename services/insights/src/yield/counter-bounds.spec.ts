import { describe, expect, test } from '@jest/globals';
import { counterIncrements } from '@telltale/yield-analysis';
import { itemCounterRules, registerRules } from './counter-bounds.js';

const U32 = 4_294_967_295;
const made = (values: readonly number[], rules = itemCounterRules(U32, [{ productCode: 1, validFromUs: 0, secondsPerItem: 1 }])): number =>
  counterIncrements(values.map((value, index) => ({ timeUs: index * 1e6, value })), rules).reduce((sum, { amount }) => sum + amount, 0);

describe('what a counter can do', () => {
  test('a register that was 0 at the first reading and then near its top made nothing', () => {
    expect(made([0, 4_294_960_000, 4_294_960_003])).toBe(3);
    expect(made([0, 4_294_960_000, 4_294_960_003], registerRules(U32))).toBe(3);
  });
  test('a rate that is planned in minutes instead of seconds loses nothing', () => {
    const rules = itemCounterRules(U32, [{ productCode: 1, validFromUs: 0, secondsPerItem: 60 }]);
    expect(made([0, 1, 2, 3, 23], rules)).toBe(23);
  });
  test('the fastest product bounds it, and a counter without end and plan has no bound', () => {
    const rates = [1, 0.5, 4].map((secondsPerItem, productCode) => ({ productCode, validFromUs: 0, secondsPerItem }));
    expect(itemCounterRules(null, rates)).toEqual({ max: null, maxPerSecond: 200, maxAtOnce: 12_000 });
    expect(itemCounterRules(null, [])).toEqual({ max: null });
  });
  test('rollovers stay what they are', () => {
    expect(made([U32 - 5, 3])).toBe(9);
    expect(made([65_530, 4], registerRules(65_535))).toBe(10);
  });
});
