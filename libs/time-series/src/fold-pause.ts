const LONGEST_MS = 60_000;
/** A fold that found fewer samples than this writes so little that it need not wait for more. */
const FEW_SAMPLES = 20_000;
/** Of what one fold takes at most. */
const NEARLY_FULL = 0.75;

export interface LastFold {
  readonly samples: number;
  readonly duplicates: number;
  readonly more: boolean;
  /** Since the fold before it began, ms: in which its samples came. */
  readonly collectedMs: number;
}

/**
 * How long blocks of a tenant collect until the next fold, ms. Each fold writes the newest chunk of every tag anew: the more samples come,
 * the longer they collect, up to a minute, but not longer than a full fold takes to come. None while more is left than one fold takes.
 */
export function foldPauseMs(last: LastFold, limits: { maxSamples: number; leastMs: number }): number {
  if (last.more) return 0;
  const samples = last.samples + last.duplicates;
  if (samples === 0) return limits.leastMs;
  const untilFullMs = (NEARLY_FULL * limits.maxSamples * last.collectedMs) / samples;
  return Math.max(limits.leastMs, Math.min(LONGEST_MS, untilFullMs, (limits.leastMs * samples) / FEW_SAMPLES));
}
