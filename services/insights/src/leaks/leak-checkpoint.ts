import { z } from 'zod';

/** State of the insight `steam-leak` of one run. */
export const LeakCheckpoint = z.object({
  detector: z.unknown(),
  /** Incidents told and not over: the detector's key → incident key of the registry. */
  told: z.record(z.string(), z.string()),
  /** Newest continuity entry that was considered. */
  continuityUs: z.number(),
  /** What each sensor shows above what is expected: for the pipe map. */
  sensors: z.object({
    tagIds: z.array(z.number()),
    expectedC: z.array(z.number().nullable()),
    excessC: z.array(z.number().nullable()),
  }),
});
export type LeakCheckpoint = z.infer<typeof LeakCheckpoint>;
