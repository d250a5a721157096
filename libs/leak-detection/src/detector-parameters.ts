import { z } from 'zod';

/** Thresholds of the steam line detector. Defaults are the measured ones (see README); temperatures are differences in °C. */
export const DetectorParameters = z.strictObject({
  minRangeC: z.number().default(-40).describe('Values below are out of range'),
  maxRangeC: z.number().default(200).describe('Values above are out of range'),
  maxRateCPerMinute: z.number().default(30).describe('A faster change is held back until a second minute confirms it'),
  stuckMinutes: z
    .int()
    .default(15)
    .describe('Identical values for so long while the neighbours move: the sensor is stuck'),
  staleMinutes: z.int().default(3).describe('No good value for more minutes than this: the sensor is stale'),
  excludedM: z
    .number()
    .default(3.1)
    .describe('Sensors nearer than this do not serve as reference, so that a leak does not cancel itself'),
  referenceM: z.number().default(20).describe('Sensors farther than this do not serve as reference'),
  referenceSensors: z.int().default(12).describe('The nearest so many sensors make the reference'),
  minReferenceSensors: z
    .int()
    .default(6)
    .describe('Fewer valid ones give no reference (3 on a run of less than 12 sensors)'),
  forgettingDays: z.number().default(3).describe('Memory of the line between sensor and reference'),
  profilePerDay: z.number().default(0.3).describe('Share of the time-of-day profile that one day replaces'),
  spreadDays: z.number().default(1).describe('Memory of the spread'),
  minSpreadC: z.number().default(0.2).describe('Floor of the spread'),
  warmUpMinutes: z.int().default(360).describe('A sensor gives no alarm before it has so many good minutes'),
  profileMinutes: z.int().default(1440).describe('Until it has so many, its fast thresholds are doubled'),
  highSigma: z.number().default(8),
  highC: z.number().default(3),
  mediumSigma: z.number().default(6),
  mediumC: z.number().default(2),
  highMinutes: z.int().default(1).describe('The high rule must hold for so many minutes in a row'),
  wideM: z.number().default(1.7).describe('A plume wider than this (one sigma) must last …'),
  wideMinutes: z.int().default(8).describe('… for so many minutes …'),
  certainC: z.number().default(8).describe('… unless it is warmer than this'),
  riseShare: z
    .number()
    .default(0.6)
    .describe(
      'A fast rule needs a rise above the level of the last hours by this share of its threshold: a lasting offset is no fast leak',
    ),
  levelMinutes: z.int().default(240).describe('Memory of that level'),
  smoothing: z.number().default(0.4).describe('Weight of the newest minute in what the medium rule looks at'),
  mediumMinutes: z.int().default(3).describe('The medium rule must hold for so many minutes in a row'),
  presentShare: z
    .number()
    .default(0.7)
    .describe(
      'The medium rule needs this share of its threshold in the newest minute, too: what is over raises nothing',
    ),
  leanShare: z
    .number()
    .default(0.5)
    .describe('Fast thresholds are higher by this share where all reference sensors lie on one side'),
  relearnMinutes: z.int().default(720).describe('A sensor that was off alone for longer learns its new level …'),
  relearnPace: z.number().default(8).describe('… so many times faster'),
  neighbourShare: z.number().default(0.3).describe('The better neighbour shows at least this share of the excess …'),
  neighbourC: z.number().default(0.4).describe('… and at least this much'),
  slowK: z.number().default(1.5),
  slowH: z.number().default(5),
  slowC: z.number().default(1.5),
  steadyNeighbourShare: z
    .number()
    .default(0.33)
    .describe('The same share for the medium rule, which looks at smoothed values'),
  slowNeighbourShare: z.number().default(0.38).describe('… and for the slow rule'),
  localShare: z
    .number()
    .default(0.6)
    .describe('Share of the excess that must remain after the warmth of the surroundings is taken off'),
  slowNeighbourC: z.number().default(0.6),
  slowFarShare: z.number().default(0.15).describe('The other neighbour shows at least this share in the slow rule'),
  slowHours: z.int().default(2).describe('Hours in a row above the limit'),
  slowWarmUpHours: z.int().default(48),
  transientPipeC: z.number().default(8).describe('Change of the pipe in 15 min that opens the gate'),
  transientSegmentC: z.number().default(3).describe('Change of the segment median in 15 min that opens the gate'),
  transientMinutes: z.int().default(180).describe('How long the gate stays open'),
  transientFactor: z.number().default(2).describe('Fast thresholds are multiplied by it meanwhile'),
  suspectMinutes: z.int().default(10).describe('A jump without neighbours for so long makes a sensor suspect'),
  mergeM: z.number().default(9),
  mergeHours: z.number().default(12),
  closeC: z.number().default(1).describe('An incident ends when its excess stays below this …'),
  closeShare: z.number().default(0.2).describe('… and below this share of its highest excess …'),
  closeMinutes: z.int().default(30).describe('… for so many minutes'),
});
export type DetectorParameters = z.infer<typeof DetectorParameters>;
export const DEFAULT_PARAMETERS: DetectorParameters = DetectorParameters.parse({});
