export { yieldCompleteness } from './completeness.js';
export * from './counter.js';
export * from './line-shift.js';
export * from './loss-tree.js';
export { shiftYield, type ShiftYieldResult } from './shift-yield.js';
export { steppedIntervals, type SteppedInterval, type SteppedSample } from './stepped.js';
export { stateStretches, type StateStretch } from './time-elements.js';
export * from './yield-elements.js';
export * from './yield-ratios.js';
