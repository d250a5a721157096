import { EquipmentModelError } from './equipment-model.errors.js';

/** A sensor at its place along a pipe run. */
export interface PlacedSensor {
  readonly tagId: number;
  /** Metres from the beginning of the run. */
  readonly positionM: number;
}

/** The sensors in the order of their places. Two at one place, or one beyond an end, can't be right. */
export function placeSensors<S extends PlacedSensor>(lengthM: number, sensors: readonly S[]): S[] {
  if (!(lengthM > 0)) throw wrong(`${lengthM} m`, `A pipe run of ${lengthM} m can't be: give its length in metres.`);
  const placed = sensors.toSorted((a, b) => a.positionM - b.positionM);
  for (const [index, { tagId, positionM }] of placed.entries()) {
    if (!(positionM >= 0 && positionM <= lengthM)) {
      throw wrong(
        `tag ${tagId}`,
        `The sensor with tag ${tagId} lies at ${positionM} m, the pipe run reaches from 0 to ${lengthM} m: correct its position.`,
      );
    }
    const before = placed[index - 1];
    if (before?.positionM === positionM) {
      throw wrong(
        `tag ${tagId}`,
        `The sensors with tags ${before.tagId} and ${tagId} both lie at ${positionM} m: correct one position.`,
      );
    }
  }
  return placed;
}

const wrong = (subject: string, sentence: string): EquipmentModelError =>
  new EquipmentModelError('SENSOR_POSITIONS_INVALID', subject, sentence);
