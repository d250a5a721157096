export { alarmsSettings, type AlarmsSettings } from './alarms.settings.js';
export { startAlarms } from './start-alarms.js';
