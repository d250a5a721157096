export * from './detector-parameters.js';
export { LayoutError, MIN_SENSORS, type RunLayout } from './run-layout.js';
export * from './incident.js';
export * from './minute.js';
export { createRunState, type RunState } from './run-state.js';
export { restoreRunState, RunCheckpoint, saveRunState } from './checkpoint.js';
export { sensorFigures, sensorStateOf } from './sensor-check.js';
export { stepMinute, type Step } from './step-minute.js';
export * from './steam-loss.js';
