import { z } from 'zod';

/** Name in the registry of how far the yield of one line is worked out; the subject is the line. */
export const YIELD_INSIGHT = 'yield';

/** State of the insight `yield` of one line. */
export const LineCheckpoint = z.object({
  /** Continuity entries recorded up to here are worked in. */
  continuityUs: z.number(),
  /** Fingerprint of the set-up with which the finished shifts of the last day were worked out. */
  setup: z.string().nullable(),
});
