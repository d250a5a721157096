/** Continuity entries are recorded at the begin of a transaction and seen at its end: who follows them looks back this far. */
export const RECORDING_MARGIN_US = 10e6;
