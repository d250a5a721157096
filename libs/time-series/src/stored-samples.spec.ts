import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { columnsFrom, packSamples, Status } from '@telltale/tag-sample';
import fc from 'fast-check';
import { packRollups, unpackRollups } from './rollup-pack.js';
import { HOUR_US, MINUTE_US, rollUpByMinutes, rollUpRows, rollUpSamples, RollupRows, startsEvery } from './rollup-rows.js';

const reference = readFileSync(join(import.meta.dirname, '../../../docs/reference/stored-samples.md'), 'utf8');
const example = (name: string): string => new RegExp(`\`\`\`${name}\n([^\`]+)\`\`\``).exec(reference)?.[1]?.replaceAll(/\s/g, '') ?? '';

const START = Date.UTC(2026, 8, 14, 6) * 1_000;
const samples = columnsFrom(
  (
    [
      [0, 20.5, Status.Good],
      [1_000, 20.7, Status.Good],
      [2_003, NaN, 0x800a0000],
      [3_000, 20.6, Status.Good],
    ] as const
  ).map(([ms, value, status]) => ({ tagId: 7, value, status, sourceTimeUs: START + ms * 1_000, serverTimeUs: START + ms * 1_000 + 35_000 })),
);

describe('the reference of stored samples', () => {
  it('shows the bytes that are written', () => {
    expect(packSamples(samples).toString('hex')).toBe(example('samples'));
    expect(packRollups(rollUpSamples(samples, 0, 4, MINUTE_US), MINUTE_US, { settled: false }).toString('hex')).toBe(example('rollups'));
  });
});

describe('packed rollups', () => {
  const columnsOf = (rows: RollupRows): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(rows)
        .filter(([, column]) => ArrayBuffer.isView(column))
        .map(([name, column]) => [name, Array.from(column as Float64Array).slice(0, rows.length)]),
    );
  const value = fc.oneof(
    fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100),
    fc.double({ noNaN: true }),
    fc.constantFrom(NaN, Infinity, 1e300),
  );
  const columnsEvery = (stepUs: { readonly min: number; readonly max: number }) =>
    fc.array(fc.tuple(fc.integer(stepUs), value, fc.constantFrom(0, 0, 0, 0x80050000)), { minLength: 1, maxLength: 200 })
    .map((rows) => {
      let at = START;
      return columnsFrom(rows.map(([step, own, status]) => ({ tagId: 1, value: own + 0, status, sourceTimeUs: (at += step), serverTimeUs: at })));
    });

  const given = columnsEvery({ min: 1, max: 90_000_000 });

  it('give back every row bit by bit', () => {
    fc.assert(
      fc.property(given, fc.boolean(), (columns, settled) => {
        const count = columns.tagIds.length;
        const rows = settled ? rollUpByMinutes(columns, 0, count, HOUR_US) : rollUpSamples(columns, 0, count, MINUTE_US);
        if (settled) rows.revision[0] = 3;
        else rows.integral.fill(NaN);
        expect(columnsOf(unpackRollups(packRollups(rows, settled ? HOUR_US : MINUTE_US, { settled })))).toEqual(columnsOf(rows));
      }),
      { numRuns: 300 },
    );
  });

  it('are the same bits whether minutes of one sample each are summed up or the samples', () => {
    fc.assert(
      fc.property(columnsEvery({ min: 60_000_000, max: 1_500_000_000 }), (columns) => {
        const count = columns.tagIds.length;
        const minutes = rollUpRows(rollUpSamples(columns, 0, count, MINUTE_US), startsEvery(HOUR_US));
        expect(columnsOf(rollUpByMinutes(columns, 0, count, HOUR_US))).toEqual(columnsOf(minutes));
      }),
      { numRuns: 300 },
    );
  });

  it('do not depend on how the samples are grouped, when they are decimals', () => {
    const decimals = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 2, maxLength: 500 });
    fc.assert(
      fc.property(decimals, (scaled) => {
        const columns = columnsFrom(
          scaled.map((n, i) => ({ tagId: 1, value: n / 1_000, status: 0, sourceTimeUs: START + i * 7_000_000, serverTimeUs: START })),
        );
        const rows = rollUpByMinutes(columns, 0, scaled.length, HOUR_US);
        const exact = scaled.slice(0, rows.n[0]).reduce((sum, n) => sum + n, 0) / 1_000;
        expect(rows.sum[0]).toBe(exact);
      }),
    );
  });
});
