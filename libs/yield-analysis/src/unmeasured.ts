import { subtract, union, type Interval } from '@telltale/plant-calendar';
import type { ContinuityKind, TimeUs } from '@telltale/tag-sample';

/** A stretch of time with what became of it, as the historian keeps it. */
export interface ContinuityStretch {
  readonly kind: ContinuityKind;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

const intervalOf = ({ fromUs, toUs }: ContinuityStretch): Interval => ({ startUs: fromUs, endUs: toUs });

/** Stretches that were never measured, after what came later is taken off: in order, none touches another. */
export function unmeasured(entries: readonly ContinuityStretch[]): readonly Interval[] {
  const recovered = union(entries.filter(({ kind }) => kind === 'backfilled').map(intervalOf));
  return union(entries.filter(({ kind }) => kind !== 'backfilled').flatMap((entry) => subtract(intervalOf(entry), recovered)));
}
