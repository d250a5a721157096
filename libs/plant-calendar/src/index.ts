export * from './shift-pattern.js';
export * from './plant-calendar.errors.js';
export { localDayOf, localDays, type LocalDay, type TimeUs } from './local-day.js';
export * from './shift-calendar.js';
export * from './intervals.js';
