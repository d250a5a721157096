import { z } from 'zod';
import type { Alarm, Detection, PipeRun, Tenant } from '@telltale/plant-registry';

/** What an operator reads: ISA-18.2 wants cause, consequence and action of every alarm. */
export type AlarmText = Pick<Alarm, 'title' | 'priority' | 'cause' | 'consequence' | 'action'>;

export interface AlarmSubject {
  readonly detection: Detection;
  readonly run: PipeRun | null;
  readonly tenant: Pick<Tenant, 'currency'>;
}

/** From this steam loss on, in kg/h, an hour of waiting is expensive and the jet itself a danger. */
const URGENT_KG_PER_HOUR = 50;
const HIGH_KG_PER_HOUR = 10;

const Evidence = z.looseObject({ lossFormula: z.string().optional() });

const metres = (value: number): string => value.toFixed(1);

function placeOf({ positionM, positionPlusMinusM }: Detection): string {
  if (positionM === null) return '';
  return positionPlusMinusM === null
    ? `at ${metres(positionM)} m`
    : `at ${metres(positionM)} m ± ${metres(positionPlusMinusM)} m`;
}

function consequenceOf({ detection, run, tenant }: AlarmSubject): string {
  const { lossKgPerHour } = detection;
  if (lossKgPerHour === null) return 'Steam is lost; how much is not known yet.';
  const loss = `About ${lossKgPerHour.toFixed(1)} kg/h of steam are lost`;
  const { lossFormula } = Evidence.catch({}).parse(detection.evidence);
  const how = lossFormula === undefined ? '' : ` Estimated by ${lossFormula}.`;
  const price = run?.steamCostPerTonne ?? null;
  if (price === null) return `${loss}.${how}`;
  const cost = (lossKgPerHour / 1000) * price;
  return `${loss}, ${cost.toFixed(2)} ${tenant.currency} per hour (${lossKgPerHour.toFixed(1)} kg/h ÷ 1000 × ${price} ${tenant.currency}/t).${how}`;
}

function leakPriority(lossKgPerHour: number | null): number {
  if (lossKgPerHour === null) return 2;
  if (lossKgPerHour >= URGENT_KG_PER_HOUR) return 1;
  return lossKgPerHour >= HIGH_KG_PER_HOUR ? 2 : 3;
}

function leakText(subject: AlarmSubject): AlarmText {
  const { detection, run } = subject;
  const pipe = run?.name ?? 'a pipe';
  const place = placeOf(detection);
  const excess = detection.excessC === null ? 'warmer' : `${detection.excessC.toFixed(1)} °C warmer`;
  return {
    title: `Steam leak on ${pipe} ${place}`.trim(),
    priority: leakPriority(detection.lossKgPerHour),
    cause:
      `The air beside ${pipe} ${place} is ${excess} than its neighbours and its own history explain (confidence ${Math.round(detection.confidence * 100)} %).`.replaceAll(
        '  ',
        ' ',
      ),
    consequence: consequenceOf(subject),
    action:
      `Go to ${pipe} ${place}, keep clear of the jet, find the leak and record what you found. Isolate the section when somebody works near it.`.replaceAll(
        '  ',
        ' ',
      ),
  };
}

function suspectText({ detection, run }: AlarmSubject): AlarmText {
  const pipe = run?.name ?? 'a pipe';
  const place = placeOf(detection);
  return {
    title: `Suspect sensor on ${pipe} ${place}`.trim(),
    priority: 4,
    cause:
      `One sensor beside ${pipe} ${place} moves while its neighbours do not, or stands still while they move.`.replaceAll(
        '  ',
        ' ',
      ),
    consequence: 'A leak at this place would be seen later or not at all.',
    action: `Check the sensor, its cable and its place ${place}, and record what you found.`
      .replaceAll('  ', ' ')
      .replace(' ,', ','),
  };
}

/** Text with the numbers of the detection as it stands now. */
export const alarmText = (subject: AlarmSubject): AlarmText =>
  subject.detection.insight === 'steam-leak' ? leakText(subject) : suspectText(subject);
