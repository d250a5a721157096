import { describe, expect, it } from '@jest/globals';
import { Status } from '@telltale/tag-sample';
import { ChangeHistory } from './change-history.js';
import { layeredHistory } from './layered-history.js';
import { RingHistory } from './ring-history.js';

describe('RingHistory', () => {
  it('forgets the oldest rows, keeps one decimal and the missing value', () => {
    const ring = new RingHistory(4, [{ kind: 'int16', perUnit: 10 }]);
    for (let i = 1; i <= 6; i++) expect(ring.append(i * 100, [i === 5 ? Number.NaN : 20 + i / 10])).toBe(true);
    expect(ring.append(600, [1])).toBe(false);
    expect(ring.oldestUs).toBe(300);
    const all = ring.column(0).read(0, 1e9, 100);
    expect(all.map(({ sourceTimeUs }) => sourceTimeUs)).toEqual([300, 400, 500, 600]);
    expect(all[0]?.value).toBe(20.3);
    expect(all[2]).toEqual({ sourceTimeUs: 500, value: Number.NaN, status: Status.BadSensorFailure });
    expect(ring.column(0).read(400, 600, 100)).toHaveLength(2);
    expect(ring.column(0).read(0, 1e9, 1)).toHaveLength(1);
  });

  it('keeps 32-bit counters exactly', () => {
    const ring = new RingHistory(2, [{ kind: 'uint32', perUnit: 1 }]);
    ring.append(1, [4_294_967_295]);
    expect(ring.column(0).read(0, 9, 9)[0]?.value).toBe(4_294_967_295);
  });
});

describe('layeredHistory', () => {
  it('reads minutes first and then every step, without a double at the seam, page by page', () => {
    const columns = [{ kind: 'int16', perUnit: 10 }] as const;
    const [minutes, fine] = [new RingHistory(100, columns), new RingHistory(3, columns)];
    for (let at = 0; at <= 100; at += 5) {
      fine.append(at, [at / 10]);
      if (at % 20 === 0) minutes.append(at, [at / 10]);
    }
    const history = layeredHistory(fine, minutes, 0);
    const times = history.read(0, 1_000, 100).map(({ sourceTimeUs }) => sourceTimeUs);
    expect(times).toEqual([0, 20, 40, 60, 80, 90, 95, 100]);
    expect(history.read(0, 1_000, 3)).toHaveLength(3);
    expect(history.read(60, 95, 100).map(({ sourceTimeUs }) => sourceTimeUs)).toEqual([60, 80, 90]);
  });
});

describe('ChangeHistory', () => {
  it('keeps changes only', () => {
    const history = new ChangeHistory(100);
    expect([history.append(1, 5), history.append(2, 5), history.append(3, 6)]).toEqual([true, false, true]);
    expect(history.read(2, 10, 10).map(({ value }) => value)).toEqual([6]);
    expect(history.latest?.value).toBe(6);
  });
});
