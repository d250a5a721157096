import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { evaluate, falseAlarmsPerMonth } from './evaluation.js';
import { readRecording } from './steam-files.js';
import { fiveLeaks, makeLine } from './steam-generator.js';

/** Regression guard for the figures in README.md. */
describe('the figures of the detector', () => {
  it('on made-up lines: every leak of 6 °C and more is found, rarely a false alarm', () => {
    const found = [2, 5].map((seed) =>
      evaluate(makeLine({ seed, sensors: 60, days: 14, leaks: fiveLeaks(seed), disturbances: true })),
    );
    for (const { verdicts } of found) {
      for (const { leak, delayMinutes, placeErrorM } of verdicts) {
        const limit = leak.kind === 'slow' ? 600 : leak.amplitudeC >= 6 ? 8 : 720;
        expect(delayMinutes ?? Infinity).toBeLessThanOrEqual(limit);
        expect(placeErrorM ?? Infinity).toBeLessThanOrEqual(0.75);
      }
    }
    expect(falseAlarmsPerMonth(found)).toBeLessThanOrEqual(2.2);
  }, 120_000);

  it('opens nothing for warmth that is over, and less at the ends of the run', () => {
    const { falseAlarms } = evaluate(
      makeLine({ seed: 109, sensors: 60, days: 14, leaks: fiveLeaks(109), disturbances: true }),
    );
    for (const { excessC } of falseAlarms) expect(excessC).toBeGreaterThan(1);
    const atTheEnds = falseAlarms.filter(({ positionM }) => positionM < 3 || positionM > 85.5);
    expect(atTheEnds).toEqual([]);
  }, 120_000);

  const folder = join(process.env['TELLTALE_DATA_DIR'] ?? '/nonexistent', 'steam-sim');
  const recorded = existsSync(folder) ? it : it.skip;
  recorded(
    'on the recorded line: all five leaks, no false alarm (needs TELLTALE_DATA_DIR)',
    () => {
      const { verdicts, falseAlarms } = evaluate(readRecording(folder));
      const delays = verdicts.map((verdict) => verdict.delayMinutes ?? Infinity);
      expect(delays[0]).toBeLessThanOrEqual(90);
      for (const delay of delays.slice(1, 4)) expect(delay).toBeLessThanOrEqual(6);
      expect(delays[4]).toBeLessThanOrEqual(780);
      for (const verdict of verdicts) expect(verdict.placeErrorM ?? Infinity).toBeLessThanOrEqual(0.5);
      expect(falseAlarms).toHaveLength(0);
    },
    120_000,
  );
});
