/** The plant's calendar can't be used as it is configured. */
export class PlantCalendarError extends Error {
  readonly code = 'PLANT_CALENDAR_INVALID';
  constructor(
    readonly concerned: string,
    problem: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${concerned} ${problem}. ${remedy}`, options);
    this.name = 'PlantCalendarError';
  }
}
