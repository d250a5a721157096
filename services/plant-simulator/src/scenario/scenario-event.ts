import { z } from 'zod';
import { SENSOR_FAULT_KINDS } from '../steam/sensor-fault.js';

const timeUs = z.number().int();
const id = z.string().min(1);

/** Everything that can be made to happen to a plant. What happened is written to the scenario log and happens again after a restart. */
export const ScenarioEvent = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('steam-leak'),
    leakId: id,
    pipeRun: id,
    positionM: z.number().nonnegative(),
    onsetUs: timeUs,
    amplitudeC: z.number().positive(),
    growthHours: z.number().nonnegative(),
    reachM: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('steam-leak-repair'), leakId: id, atUs: timeUs }),
  z.strictObject({ kind: z.literal('sensor-fault'), faultId: id, tagPath: id, faultKind: z.enum(SENSOR_FAULT_KINDS), fromUs: timeUs, toUs: timeUs.optional() }),
  z.strictObject({ kind: z.literal('steam-stop'), stopId: id, fromUs: timeUs, toUs: timeUs }),
  z.strictObject({ kind: z.literal('load-change'), loadId: id, fromUs: timeUs, toUs: timeUs, pressureBar: z.number() }),
  z.strictObject({ kind: z.literal('line-stop'), line: id, state: z.union([z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal(7)]), fromUs: timeUs, toUs: timeUs }),
  z.strictObject({ kind: z.literal('line-run'), line: id, fromUs: timeUs, toUs: timeUs, secondsPerItem: z.number().positive(), rejectShare: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal('reject-burst'), line: id, fromUs: timeUs, toUs: timeUs, rejectShare: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal('product-change'), line: id, atUs: timeUs, setupUntilUs: timeUs, productCode: z.number().int() }),
  z.strictObject({ kind: z.literal('plc-restart'), line: id, haltUs: timeUs, resetUs: timeUs, backUs: timeUs, resumeUs: timeUs }),
  z.strictObject({ kind: z.literal('air-leak'), leakId: id, fromUs: timeUs, flowNm3h: z.number().positive() }),
  z.strictObject({ kind: z.literal('air-leak-repair'), leakId: id, atUs: timeUs }),
]);
export type ScenarioEvent = z.infer<typeof ScenarioEvent>;
export type ScenarioEventOf<K extends ScenarioEvent['kind']> = Extract<ScenarioEvent, { kind: K }>;
