import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certainResets, counterIncrements } from './counter.js';

const U16 = 65_535;
const U32 = 4_294_967_295;
const amounts = (values: number[], max: number | null, maxPerSecond = Infinity): number[] =>
  counterIncrements(values.map((value, index) => ({ timeUs: index * 1e6, value })), { max, maxPerSecond }).map(({ amount }) => amount);

describe('what a counter counted', () => {
  test('16 bits roll over', () => expect(amounts([65530, 65534, 3, 10], U16)).toEqual([4, 5, 7]));
  test('32 bits roll over', () => expect(amounts([4294967290, 5], U32)).toEqual([11]));
  test('a reset adds what was counted since', () => expect(amounts([100, 150, 5, 20], U16)).toEqual([50, 5, 15]));
  test('a rollover that the machine could not have made is a reset', () => expect(amounts([60000, 10], U16, 100)).toEqual([10]));
  test('a fall near the top is a reset where another counter of the controller certainly began anew', () => {
    const samples = [{ timeUs: 0, value: 63_720 }, { timeUs: 18e6, value: 7 }];
    expect(counterIncrements(samples, { max: U16 })).toEqual([{ timeUs: 18e6, amount: 1_823 }]);
    const resets = certainResets([{ timeUs: 1e6, value: 5_000 }, { timeUs: 19e6, value: 2 }], { max: U32 });
    expect(counterIncrements(samples, { max: U16 }, resets)).toEqual([{ timeUs: 18e6, amount: 7 }]);
  });
  test('the same or an earlier time adds nothing', () => {
    const samples = [{ timeUs: 0, value: 1 }, { timeUs: 5, value: 4 }, { timeUs: 5, value: 9 }, { timeUs: 3, value: 2 }, { timeUs: 6, value: 5 }];
    expect(counterIncrements(samples, { max: U16 })).toEqual([{ timeUs: 5, amount: 3 }, { timeUs: 6, amount: 1 }]);
  });

  test('through any number of rollovers nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: U16 }), (steps, start) => {
        let register = start;
        const values = [start, ...steps.map((step) => (register = (register + step) % (U16 + 1)))];
        expect(amounts(values, U16).reduce((sum, amount) => sum + amount, 0)).toBe(steps.reduce((sum, step) => sum + step, 0));
      }),
    );
  });
});
