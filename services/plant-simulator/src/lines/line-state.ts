/** State codes of the packaging lines' PLCs. Layout maps them to time elements. */
export const LineState = {
  Off: 0,
  Running: 1,
  Starved: 2,
  Jam: 3,
  Breakdown: 4,
  Setup: 5,
  PlannedStop: 6,
  Blocked: 7,
  ControllerRestart: 8,
} as const;
export type LineState = (typeof LineState)[keyof typeof LineState];
