import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certainResets, counterIncrements, implausibleStretches } from './counter.js';

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
  test('stale readings among fresh ones count nothing twice, also while the next is still to come', () => {
    for (const stale of [[46_917], [46_917, 46_940], [46_949]]) {
      expect(amounts([46_900, 46_950, ...stale, 46_990], U16).reduce((sum, amount) => sum + amount, 0)).toBe(90);
      expect(amounts([46_900, 46_950, ...stale], U16)).toEqual([50]);
    }
  });
  test('a counter that was set back and stays there counts on from there, and the fall is not known', () => {
    const samples = [0, 1, 2, 40, 50].map((second, index) => ({ timeUs: second * 1e6, value: [990, 1000, 900, 905, 907][index] ?? 0 }));
    expect(counterIncrements(samples, { max: U16 }).map(({ amount }) => amount)).toEqual([10, 5, 2]);
    expect(implausibleStretches(samples, { max: U16 })).toEqual([{ startUs: 1e6, endUs: 2e6 }]);
  });
  test('the same or an earlier time adds nothing', () => {
    const samples = [{ timeUs: 0, value: 1 }, { timeUs: 5, value: 4 }, { timeUs: 5, value: 9 }, { timeUs: 3, value: 2 }, { timeUs: 6, value: 5 }];
    expect(counterIncrements(samples, { max: U16 })).toEqual([{ timeUs: 5, amount: 3 }, { timeUs: 6, amount: 1 }]);
  });

  describe('of a machine that makes at most 100 a second, and 50 at once', () => {
    const rules = { max: U32, maxPerSecond: 100, maxAtOnce: 50 };
    const readings = (values: readonly number[]) => values.map((value, index) => ({ timeUs: index * 1e6, value }));
    const made = (values: readonly number[]): number => counterIncrements(readings(values), rules).reduce((sum, { amount }) => sum + amount, 0);
    const unknown = (values: readonly number[]): readonly number[] => implausibleStretches(readings(values), rules).map(({ startUs }) => startUs / 1e6);

    test('a first reading of 0 before the true one is no production, and the stretch is not known', () => {
      const values = [0, 4_294_967_100, 4_294_967_200, 4];
      expect(made(values)).toBe(200);
      expect(unknown(values)).toEqual([0]);
    });
    test('one wrong reading among right ones costs nothing, up or down', () => {
      for (const wrong of [4_000_000_000, 0, 700]) expect([made([5000, 5010, wrong, 5020]), unknown([5000, 5010, wrong, 5020])]).toEqual([20, []]);
    });
    test('a lot at once is production, more is not', () => {
      expect([made([0, 150]), unknown([0, 150])]).toEqual([150, []]);
      expect([made([0, 151]), unknown([0, 151])]).toEqual([0, [0]]);
    });
    test('a counter set to another value counts on from there', () => {
      const values = [900_000, 900_010, 400_000, 400_010];
      expect([made(values), unknown(values)]).toEqual([20, [1]]);
    });
    test('a restart counts what was made since', () => expect([made([900_000, 900_010, 5, 15]), unknown([900_000, 900_010, 5, 15])]).toEqual([25, []]));
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
