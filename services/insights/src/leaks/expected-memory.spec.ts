import { describe, expect, test } from '@jest/globals';
import { ExpectedMemory } from './expected-memory.js';
import { MINUTE_US } from './run-minutes.js';

const at = (minute: number): number => minute * MINUTE_US;

describe('what was expected', () => {
  test('goes back an hour before the onset, with a hole while the detector learned', () => {
    const memory = new ExpectedMemory();
    for (const minute of [0, 100, 101]) memory.remember(at(minute), [20, minute === 101 ? NaN : 21.004]);
    expect(memory.series(1, at(120))).toEqual([[at(100), 21], [at(101), null]]);
  });

  test('leads on over a restart, and the newer word counts', () => {
    const memory = new ExpectedMemory();
    memory.recall(1, [[at(1), 19], [at(100), 20], [at(101), 20.1]]);
    memory.remember(at(101), [0, 20.2]);
    memory.remember(at(102), [0, 20.3]);
    expect(memory.series(1, at(110)).map(([, value]) => value)).toEqual([20, 20.2, 20.3]);
    expect(memory.series(0, at(110)).map(([minuteUs]) => minuteUs)).toEqual([at(101), at(102)]);
  });
});
