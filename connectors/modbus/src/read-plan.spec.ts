import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planReads, type ReadLimits, type Span } from './read-plan.js';

const LIMITS: ReadLimits = { maxCount: 125, maxGap: 16, illegal: [] };

/** The fewest requests over all cuts of the sorted spans, by dynamic programming. */
function optimum(spans: readonly Span[], limits: ReadLimits): number {
  const sorted = [...spans].sort((a, b) => a.first - b.first || a.count - b.count);
  const best = [0, ...sorted.map(() => Number.POSITIVE_INFINITY)];
  for (let from = 0; from < sorted.length; from++) {
    const first = sorted[from]?.first ?? 0;
    let end = first;
    for (let to = from; to < sorted.length; to++) {
      const span = sorted[to];
      if (!span) break;
      const hole = span.first > end;
      if (hole && (span.first - end > limits.maxGap || limits.illegal.some((range) => range.from < span.first && range.to >= end))) break;
      end = Math.max(end, span.first + span.count);
      if (end - first > limits.maxCount) break;
      best[to + 1] = Math.min(best[to + 1] ?? Number.POSITIVE_INFINITY, (best[from] ?? 0) + 1);
    }
  }
  return best[sorted.length] ?? 0;
}

/** Reproducible scatter (mulberry32). */
function scatter(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function randomMap(seed: number): { spans: Span[]; limits: ReadLimits } {
  const next = scatter(seed);
  const reach = 1_000 + Math.floor(next() * 20_000);
  const spans = Array.from({ length: 500 }, () => ({ first: Math.floor(next() * reach), count: [1, 1, 2, 2, 4][Math.floor(next() * 5)] ?? 1 }));
  const illegal = Array.from({ length: 10 }, () => Math.floor(next() * reach)).map((from) => ({ from, to: from + 3 }));
  const legal = spans.filter(({ first, count }) => !illegal.some((range) => range.from < first + count && range.to >= first));
  return { spans: legal, limits: { maxCount: 125, maxGap: Math.floor(next() * 40), illegal } };
}

describe('planReads', () => {
  it('needs at most 1.2 times the fewest requests on 50 maps of 500 scattered values', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { spans, limits } = randomMap(seed);
      const plan = planReads(spans, limits);
      expect(plan.length / optimum(spans, limits)).toBeLessThanOrEqual(1.2);
    }
  });

  it('brings every value exactly once, in legal requests', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const { spans, limits } = randomMap(seed);
        const plan = planReads(spans, limits);
        expect(plan.flatMap((read) => read.spans).length).toBe(spans.length);
        expect(new Set(plan.flatMap((read) => read.spans)).size).toBe(spans.length);
        for (const read of plan) {
          expect(read.count).toBeLessThanOrEqual(limits.maxCount);
          expect(read.count).toBeGreaterThan(0);
          expect(limits.illegal.some((range) => range.from < read.first + read.count && range.to >= read.first)).toBe(false);
          for (const span of read.spans) expect(span.first >= read.first && span.first + span.count <= read.first + read.count).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('reads over a hole up to the gap, and not over an illegal address', () => {
    const spans = [{ first: 0, count: 2 }, { first: 18, count: 1 }];
    expect(planReads(spans, LIMITS)).toHaveLength(1);
    expect(planReads(spans, { ...LIMITS, maxGap: 15 })).toHaveLength(2);
    expect(planReads(spans, { ...LIMITS, illegal: [{ from: 9, to: 9 }] })).toHaveLength(2);
  });

  it('never asks for more than 125 registers', () => {
    const spans = Array.from({ length: 126 }, (_, first) => ({ first, count: 1 }));
    expect(planReads(spans, LIMITS).map(({ count }) => count)).toEqual([125, 1]);
  });

  it('reads a value in an illegal range alone, so that it fails alone', () => {
    const spans = [{ first: 4, count: 2 }, { first: 6, count: 1 }, { first: 7, count: 1 }];
    const plan = planReads(spans, { ...LIMITS, illegal: [{ from: 6, to: 6 }] });
    expect(plan).toContainEqual({ first: 6, count: 1, spans: [spans[1]] });
    expect(plan).toHaveLength(3);
  });
});
