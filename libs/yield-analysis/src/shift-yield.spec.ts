import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Interval } from '@telltale/plant-calendar';
import { yieldCompleteness } from './completeness.js';
import type { CounterSample } from './counter.js';
import { MICRO_STOP_US, type LineShift, type StateMeaning } from './line-shift.js';
import { lossTree } from './loss-tree.js';
import { shiftYield } from './shift-yield.js';
import { addElements, downtimeS, NO_ELEMENTS } from './yield-elements.js';
import { yieldRatios } from './yield-ratios.js';

const MINUTE = 60_000_000;
const at = (clock: string): number => (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * MINUTE;

const RUNNING = 1;
const BREAKDOWN = 4;
const SETUP = 5;
const STARVED = 2;
const meanings = new Map<number, StateMeaning>([
  [RUNNING, { name: 'running', element: 'running' }],
  [STARVED, { name: 'starved', element: 'idle' }],
  [BREAKDOWN, { name: 'breakdown', element: 'down' }],
  [SETUP, { name: 'setup', element: 'setup' }],
]);

const counted = (...readings: [string, number][]): { samples: CounterSample[]; rules: { max: number }; missing: Interval[] } => ({
  samples: readings.map(([clock, value]) => ({ timeUs: at(clock), value })),
  rules: { max: 4_294_967_295 },
  missing: [],
});

/** The worked shift of the handbook example: 06:00–14:00 with a break, a breakdown, a stop that touches the break, a set-up and a micro-stop. */
const worked: LineShift = {
  shift: { startUs: at('06:00'), endUs: at('14:00') },
  plannedStops: [{ startUs: at('10:00'), endUs: at('10:30') }],
  untilUs: at('14:00'),
  unmeasured: [],
  states: [
    { timeUs: at('05:50'), value: RUNNING },
    { timeUs: at('06:40'), value: BREAKDOWN },
    { timeUs: at('07:05'), value: RUNNING },
    { timeUs: at('09:10'), value: STARVED },
    { timeUs: at('09:12'), value: RUNNING },
    { timeUs: at('10:20'), value: BREAKDOWN },
    { timeUs: at('10:50'), value: RUNNING },
    { timeUs: at('12:00'), value: SETUP },
    { timeUs: at('12:20'), value: RUNNING },
  ],
  meanings,
  products: [{ timeUs: at('05:00'), value: 101 }],
  rates: [{ productCode: 101, validFromUs: 0, secondsPerItem: 30 }],
  good: counted(['06:00', 1000], ['09:00', 1300], ['13:59', 1679]),
  reject: counted(['06:00', 50], ['13:59', 71]),
  material: null,
  energy: null,
  microStopUs: MICRO_STOP_US,
};

describe('completeness of a shift', () => {
  test('is whole where state, product and both counters are known, however seldom they speak', () => {
    expect(yieldCompleteness(worked)).toBe(1);
  });

  test('is nothing where a counter gave no good reading', () => {
    expect(yieldCompleteness({ ...worked, reject: counted() })).toBe(0);
    expect(yieldCompleteness({ ...worked, good: { ...counted(), samples: [{ timeUs: at('07:00'), value: Number.NaN }] } })).toBe(0);
  });

  test('lacks the time before the first reading and the missing stretches, planned stops apart', () => {
    expect(yieldCompleteness({ ...worked, good: counted(['06:45', 1000], ['13:59', 1679]) })).toBeCloseTo(405 / 450, 12);
    const missing = [{ startUs: at('09:45'), endUs: at('10:45') }];
    expect(yieldCompleteness({ ...worked, reject: { ...worked.reject, missing } })).toBeCloseTo(420 / 450, 12);
  });

  test("lacks the stretch in which a counter went where the machine can't have taken it", () => {
    const set = { ...counted(['06:00', 0], ['06:45', 4_000_000_000], ['13:59', 4_000_000_379]), rules: { max: 4_294_967_295, maxPerSecond: 1 } };
    expect(yieldCompleteness({ ...worked, good: set })).toBeCloseTo(405 / 450, 12);
    expect(shiftYield({ ...worked, good: set }).total.gq).toBe(379);
  });

  test('is that of the signal known least, for one hole does not make another bigger', () => {
    const hole = (from: string, to: string): Interval[] => [{ startUs: at(from), endUs: at(to) }];
    const line = { ...worked, unmeasured: hole('08:00', '08:30'), good: { ...worked.good, missing: hole('08:00', '09:30') }, reject: { ...worked.reject, missing: hole('13:00', '13:15') } };
    expect(yieldCompleteness(line)).toBeCloseTo(360 / 450, 12);
  });

  test('lacks the time in which the product is not known, where rates are planned', () => {
    const products = [{ timeUs: at('08:00'), value: 101 }];
    expect(yieldCompleteness({ ...worked, products })).toBeCloseTo(330 / 450, 12);
    expect(yieldCompleteness({ ...worked, products, rates: [] })).toBe(1);
  });

  test('says nothing against a shift that has not begun', () => {
    expect(yieldCompleteness({ ...worked, untilUs: at('06:00') })).toBe(1);
  });
});

describe('yield of a shift', () => {
  test('the worked shift gives the published elements and ratios', () => {
    const { total } = shiftYield(worked);
    expect(total.pbtS / 60).toBe(450);
    expect(total.aptS / 60).toBe(385);
    expect(total.austS / 60).toBe(20);
    expect(total.downtimeByReason).toEqual({ breakdown: 45 * 60 });
    expect(total).toMatchObject({ pq: 700, gq: 679, sq: 21, unknownS: 0 });
    const ratios = yieldRatios(total);
    expect(ratios.availability).toBeCloseTo(0.8555556, 7);
    expect(ratios.effectiveness).toBeCloseTo(0.9090909, 7);
    expect(ratios.quality).toBeCloseTo(0.97, 12);
    expect(ratios.oee).toBeCloseTo(0.7544444, 7);
    const minutes = Object.fromEntries(lossTree(total).map(({ kind, seconds }) => [kind, seconds / 60]));
    expect(minutes).toEqual({ downtime: 45, setup: 20, speed: 35, scrap: 10.5 });
  });

  test('unmeasured time is unknown, neither production nor downtime', () => {
    const line = { ...worked, unmeasured: [{ startUs: at('08:00'), endUs: at('08:30') }] };
    const { total } = shiftYield(line);
    expect(total.unknownS).toBe(1800);
    expect(total.aptS / 60).toBe(355);
    expect(yieldCompleteness(line)).toBeCloseTo(420 / 450, 12);
  });

  test('before the first state nothing is known', () => {
    const { total } = shiftYield({ ...worked, states: worked.states.filter(({ timeUs }) => timeUs > at('07:00')) });
    expect(total.unknownS / 60).toBe(65);
  });

  test('a running shift counts what has passed', () => {
    const { total } = shiftYield({ ...worked, untilUs: at('09:00') });
    expect(total.pbtS / 60).toBe(180);
    expect(total.gq).toBe(300);
  });

  test('each product gets its own time, items and rate', () => {
    const products = [{ timeUs: at('05:00'), value: 101 }, { timeUs: at('12:20'), value: 102 }];
    const rates = [...worked.rates, { productCode: 102, validFromUs: 0, secondsPerItem: 20 }];
    const { total, byProduct } = shiftYield({ ...worked, products, rates });
    expect(byProduct.get(101)).toMatchObject({ gq: 300, sq: 0 });
    expect(byProduct.get(102)).toMatchObject({ gq: 379, sq: 21, priGqS: 379 * 20 });
    expect([...byProduct.values()].reduce(addElements, NO_ELEMENTS)).toEqual(total);
  });

  test('a new rate holds from its moment on', () => {
    const rates = [...worked.rates, { productCode: 101, validFromUs: at('10:00'), secondsPerItem: 10 }];
    expect(shiftYield({ ...worked, rates }).total.priGqS).toBe(300 * 30 + 379 * 10);
  });

  test('published OEE example: 88.81, 86.11, 97.80, 74.79 %', () => {
    const ratios = yieldRatios({ ...NO_ELEMENTS, pbtS: 420 * 60, aptS: 373 * 60, pq: 19271, gq: 19271 - 423, sq: 423, priPqS: 19271, priGqS: 19271 - 423 });
    expect(ratios.availability).toBeCloseTo(0.8880952, 7);
    expect(ratios.effectiveness).toBeCloseTo(0.8610813, 7);
    expect(ratios.quality).toBeCloseTo(0.9780499, 7);
    expect(ratios.oee).toBeCloseTo(0.7479365, 7);
  });
});

describe('identities, whatever the line did', () => {
  const state = fc.record({ timeUs: fc.integer({ min: at('05:00'), max: at('15:00') }), value: fc.constantFrom(RUNNING, STARVED, BREAKDOWN, SETUP, null) });
  const line = fc.record({
    states: fc.array(state, { maxLength: 40 }).map((all) => all.sort((a, b) => a.timeUs - b.timeUs)),
    stop: fc.integer({ min: at('06:00'), max: at('13:00') }),
    gap: fc.integer({ min: at('06:00'), max: at('13:00') }),
    good: fc.integer({ min: 0, max: 5000 }),
  });

  test('busy time is used up, losses add up, OEE is the product of its factors', () => {
    fc.assert(
      fc.property(line, ({ states, stop, gap, good }) => {
        const { total } = shiftYield({
          ...worked,
          states,
          plannedStops: [{ startUs: stop, endUs: stop + 30 * MINUTE }, { startUs: stop + 10 * MINUTE, endUs: stop + 40 * MINUTE }],
          unmeasured: [{ startUs: gap, endUs: gap + 7 * MINUTE }],
          good: counted(['06:00', 0], ['13:00', good]),
        });
        expect(total.aptS + total.austS + downtimeS(total) + total.unknownS).toBeCloseTo(total.pbtS, 6);
        expect(lossTree(total).reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(total.pbtS - total.priGqS, 6);
        const { availability, effectiveness, quality, oee } = yieldRatios(total);
        if (availability !== null && effectiveness !== null && quality !== null) expect(availability * effectiveness * quality).toBeCloseTo(oee ?? Number.NaN, 9);
      }),
    );
  });
});
