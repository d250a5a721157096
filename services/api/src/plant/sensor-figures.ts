import { z } from 'zod';

/** The part of a steam-leak checkpoint that people see: what the detector expects of each sensor after its last minute. */
const Readable = z.object({
  sensors: z.object({
    tagIds: z.array(z.int()),
    expectedC: z.array(z.number().nullable()),
    excessC: z.array(z.number().nullable()),
  }),
});

export interface SensorFigures {
  readonly expected: number | null;
  readonly excess: number | null;
}

/** By tag; empty while the detector has not run. */
export function sensorFigures(state: unknown): ReadonlyMap<number, SensorFigures> {
  const { success, data } = Readable.safeParse(state);
  if (!success) return new Map();
  const { tagIds, expectedC, excessC } = data.sensors;
  return new Map(tagIds.map((tagId, index) => [tagId, { expected: expectedC[index] ?? null, excess: excessC[index] ?? null }]));
}
