import { describe, expect, it } from '@jest/globals';
import { deadbandWidth, passesDeadband } from './deadband.js';
import { Status } from './quality.js';

const at = (value: number, status: number = Status.Good, sourceTimeUs = 0) => ({ value, status, sourceTimeUs });

describe('deadband', () => {
  it('takes a percent band from the range', () => {
    expect(deadbandWidth({ kind: 'percent', value: 2 }, { low: -50, high: 150 })).toBe(4);
    expect(deadbandWidth({ kind: 'percent', value: 2 })).toBe(0);
    expect(deadbandWidth({ kind: 'absolute', value: 0.5 })).toBe(0.5);
  });

  it.each([
    ['the first value', undefined, at(1), true],
    ['a change within the band', at(1), at(1.5), false],
    ['a change beyond the band', at(1), at(1.6), true],
    ['a change of status', at(1), at(1, Status.BadTimeout), true],
    ['a value that vanishes', at(1), at(NaN), true],
    ['a value that stays missing', at(NaN), at(NaN), false],
    ['the heartbeat', at(1), at(1, Status.Good, 60_000_000), true],
  ])('%s', (_, last, next, passes) => {
    expect(passesDeadband(last, next, 0.5, 60_000_000)).toBe(passes);
  });
});
