import { describe, expect, it } from '@jest/globals';
import { SlaveCircuits } from './slave-circuit.js';

const SETTINGS = { failuresToOpen: 3, requestTimeoutMs: 500 };

/** A line in virtual time: every second each of 30 units is asked once; the late ones miss their scan. */
function runLine(seconds: number, dead: (unit: number, nowMs: number) => boolean) {
  const circuits = new SlaveCircuits(SETTINGS);
  const answers = new Map<number, number[]>();
  let nowMs = 0;
  for (let scan = 0; nowMs < seconds * 1000; scan++) {
    nowMs = Math.max(nowMs, scan * 1000);
    for (let unit = 1; unit <= 30; unit++) {
      const leave = circuits.leave(unit, nowMs);
      if (leave.kind === 'open') continue;
      if (dead(unit, nowMs)) {
        nowMs += leave.timeoutMs;
        circuits.silent(unit, leave.timeoutMs, nowMs);
      } else {
        nowMs += 12;
        circuits.answered(unit, 12);
        answers.set(unit, [...(answers.get(unit) ?? []), nowMs]);
      }
    }
  }
  return { answers, circuits };
}

describe('SlaveCircuits', () => {
  it('keeps 20 living units at 95 % of their rate beside 10 dead ones', () => {
    const { answers, circuits } = runLine(600, (unit) => unit % 3 === 0);
    for (let unit = 1; unit <= 30; unit++) if (unit % 3 !== 0) expect(answers.get(unit)?.length ?? 0).toBeGreaterThanOrEqual(570);
    expect(circuits.open()).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  });

  it('finds units again that have come back', () => {
    const { answers, circuits } = runLine(600, (unit, nowMs) => unit % 3 === 0 && nowMs < 200_000);
    expect(circuits.open()).toEqual([]);
    for (let unit = 3; unit <= 30; unit += 3) expect((answers.get(unit)?.[0] ?? 0) / 1000).toBeLessThan(300);
  });

  it('asks the only unit of a line at every scan', () => {
    const circuits = new SlaveCircuits(SETTINGS);
    for (let i = 0; i < 50; i++) {
      expect(circuits.leave(1, i * 1000)).toEqual({ kind: 'send', timeoutMs: 500 });
      circuits.silent(1, 500, i * 1000 + 500);
    }
    expect(circuits.open()).toEqual([1]);
    circuits.answered(1, 10);
    expect(circuits.open()).toEqual([]);
  });

  it('gives a slow unit the full time now and then', () => {
    const circuits = new SlaveCircuits(SETTINGS);
    circuits.answered(1, 4);
    for (let i = 0; i < 3; i++) circuits.silent(2, 500, i);
    const timeouts: number[] = [];
    for (let nowMs = 1_000; timeouts.length < 8; nowMs += 1_000) {
      const leave = circuits.leave(2, nowMs);
      if (leave.kind === 'open') continue;
      timeouts.push(leave.timeoutMs);
      circuits.silent(2, leave.timeoutMs, nowMs + leave.timeoutMs);
    }
    expect(timeouts.filter((ms) => ms === 500)).toHaveLength(2);
    expect(timeouts.filter((ms) => ms === 50)).toHaveLength(6);
  });
});
