import { describe, expect, it } from '@jest/globals';
import { convert, engineeringUnit } from './engineering-unit.js';

const between = (value: number, from: string, to: string) =>
  convert(value, engineeringUnit(from)!, engineeringUnit(to)!);

describe('engineering unit', () => {
  it.each([
    [100, '°C', 'K', 373.15],
    [212, '°F', '°C', 100],
    [1, 'bar', 'kPa', 100],
    [3_600, 'kg/h', 'kg/s', 1],
    [2, 'MWh', 'kWh', 2_000],
  ])('%d %s in %s', (value, from, to, wanted) => expect(between(value, from, to)).toBeCloseTo(wanted, 9));

  it('does not convert between quantities, nor know every unit', () => {
    expect(between(1, 'bar', 'kg')).toBeUndefined();
    expect(engineeringUnit('furlong')).toBeUndefined();
  });
});
