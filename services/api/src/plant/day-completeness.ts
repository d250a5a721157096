import { lengthUs, subtract, type ShiftCalendar, type TimeUs } from '@telltale/plant-calendar';

/** Longer than any production day with its night shift. */
const DAY_REACH_US = 48 * 3_600_000_000;
/** Samples of the last minutes may still be on their way: nobody is blamed for them. */
const ON_THEIR_WAY_US = 600_000_000;

/** Planned busy time of one line in a production day up to ten minutes ago, s. */
export function plannedSoFarS(calendar: ShiftCalendar, productionDay: string, nowUs: TimeUs): number {
  const untilUs = nowUs - ON_THEIR_WAY_US;
  const shifts = calendar.shifts({ startUs: nowUs - DAY_REACH_US, endUs: nowUs }).filter((shift) => shift.productionDay === productionDay);
  return shifts.reduce((sum, { startUs, endUs }) => {
    const elapsed = { startUs, endUs: Math.min(endUs, untilUs) };
    return elapsed.endUs <= elapsed.startUs ? sum : sum + lengthUs(subtract(elapsed, calendar.plannedStops(elapsed))) / 1e6;
  }, 0);
}

export interface DayPart {
  readonly equipmentId: number;
  readonly completeness: number;
  readonly elements: { readonly pbtS: number };
}

/** Share 0..1 of the planned time of all lines that is known; a line without rows, or that fell silent, counts with what was planned for it. 1 where nothing was planned yet. */
export function dayCompleteness(equipmentIds: readonly number[], rows: readonly DayPart[], plannedS: number): number {
  const perLine = equipmentIds.map((equipmentId) => {
    const own = rows.filter((row) => row.equipmentId === equipmentId);
    const computedS = own.reduce((sum, { elements }) => sum + elements.pbtS, 0);
    const knownS = own.reduce((sum, { completeness, elements }) => sum + completeness * elements.pbtS, 0);
    return { knownS, wholeS: Math.max(computedS, plannedS) };
  });
  const wholeS = perLine.reduce((sum, line) => sum + line.wholeS, 0);
  return wholeS === 0 ? 1 : Math.min(1, perLine.reduce((sum, line) => sum + line.knownS, 0) / wholeS);
}
