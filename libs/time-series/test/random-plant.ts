import { columnsFrom, encodeBatch, Status, type ContinuityRow, type Sample } from '@telltale/tag-sample';
import type { ReceivedBatch } from '../src/index.js';

export const START_US = Date.UTC(2026, 8, 14, 22, 30) * 1_000;
const SECOND = 1_000_000;

/** Small seeded generator (mulberry32), so that a failure names everything by one number. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Batches of a few tags over three days: dense and sparse stretches, shuffled, late, repeated, with conflicting values and declared gaps. */
export function randomBatches(seed: number, tenantId: number): ReceivedBatch[] {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const samples: Sample[] = [];
  for (let tagId = 1; tagId <= 4; tagId++) {
    const stretches = 2 + below(4);
    for (let k = 0; k < stretches; k++) {
      const spacing = [1, 1, 7, 60, 700][below(5)]! * SECOND;
      let at = START_US + below(3 * 86_400) * SECOND;
      for (let i = 0, count = 1 + below(150); i < count; i++) {
        at += spacing * (random() < 0.03 ? 5 : 1);
        const jitter = random() < 0.3 ? below(20_000) : 0;
        const status = random() < 0.05 ? Status.BadTimeout : random() < 0.05 ? Status.Uncertain : Status.Good;
        const value = status === Status.BadTimeout ? NaN : random() < 0.02 ? NaN : below(10_000) / 100;
        samples.push({ tagId, value, status, sourceTimeUs: at + jitter, serverTimeUs: at + jitter + below(5) * 1_000 });
      }
    }
  }
  const conflicting = samples
    .filter(() => random() < 0.05)
    .map((sample) => ({
      ...sample,
      value: below(100),
      status: random() < 0.3 ? Status.BadSensorFailure : sample.status,
      serverTimeUs: sample.serverTimeUs + below(3) * 1_000,
    }));
  const all = [...samples, ...conflicting, ...samples.filter(() => random() < 0.1)];
  for (let i = all.length - 1; i > 0; i--) {
    // Mostly in order, some of it far away.
    const j = random() < 0.2 ? below(i + 1) : Math.max(0, i - below(20));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  const batches: ReceivedBatch[] = [];
  for (let at = 0; at < all.length;) {
    const part = all.slice(at, (at += 1 + below(120)));
    const continuity: ContinuityRow[] = [];
    if (random() < 0.2) {
      const fromUs = part[0]!.sourceTimeUs - below(300) * SECOND;
      const kind = (['gap', 'device-off', 'backfilled'] as const)[below(3)]!;
      continuity.push({
        tagIds: [1 + below(4)],
        fromUs,
        toUs: fromUs + (1 + below(1_000)) * SECOND,
        kind,
        reason: 'The line was down.',
      });
    }
    const identity = { gatewayId: 1 + below(2), epoch: 1, seq: batches.length + 1 };
    const batch = { identity, samples: columnsFrom(part), continuity };
    batches.push({
      tenant: { tenantId },
      batch,
      encoded: encodeBatch(batch),
      receivedAtUs: START_US + 9 * 86_400 * SECOND,
    });
  }
  return batches;
}
