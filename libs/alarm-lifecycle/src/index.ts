export * from './alarm-state.js';
export * from './alarm-event.js';
export * from './alarm-machine.js';
export * from './leak-alert.js';
