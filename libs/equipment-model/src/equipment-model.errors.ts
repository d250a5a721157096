export type EquipmentModelErrorCode =
  'SLUG_INVALID' | 'TAG_PATH_INVALID' | 'EQUIPMENT_PATH_INVALID' | 'SENSOR_POSITIONS_INVALID';

/** A name or place in the plant can't be right. One sentence with the remedy. */
export class EquipmentModelError extends Error {
  constructor(
    readonly code: EquipmentModelErrorCode,
    /** The text or thing that is wrong. */
    readonly subject: string,
    sentence: string,
  ) {
    super(sentence);
    this.name = 'EquipmentModelError';
  }
}
