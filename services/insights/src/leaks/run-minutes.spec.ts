import { describe, expect, it } from '@jest/globals';
import { columnsFrom, Status } from '@telltale/tag-sample';
import { minuteMedians, MINUTE_US } from './run-minutes.js';

const samples = (...given: [number, number, number?][]): Parameters<typeof minuteMedians>[0] => ({
  tagId: 1,
  samples: columnsFrom(
    given.map(([second, value, status]) => ({
      tagId: 1,
      value,
      sourceTimeUs: second * 1e6,
      serverTimeUs: 0,
      status: status ?? Status.Good,
    })),
  ),
});

describe('minutes of a sensor', () => {
  it('are the medians of their good samples', () => {
    const { values } = minuteMedians(
      samples([60, 1], [80, 9], [119, 2], [120, 5], [130, 7], [140, 99, Status.Bad]),
      MINUTE_US,
      2,
    );
    expect([...values]).toEqual([2, 6]);
  });

  it('silence holds the last good value for a quarter of an hour, and a bad one ends it', () => {
    const { values, bad } = minuteMedians(samples([0, 4]), MINUTE_US, 17);
    expect([...values]).toEqual([...Array<number>(15).fill(4), NaN, NaN]);
    expect(bad.includes(1)).toBe(false);
    const ended = minuteMedians(samples([0, 4], [70, NaN, Status.BadSensorFailure]), MINUTE_US, 2);
    expect([...ended.values]).toEqual([NaN, NaN]);
    expect([...ended.bad]).toEqual([1, 0]);
  });

  it('without samples are unknown', () => {
    expect([...minuteMedians(undefined, 0, 2).values]).toEqual([NaN, NaN]);
  });
});
