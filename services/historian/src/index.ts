export { historianSettings, type HistorianSettings } from './historian.settings.js';
export { startHistorian } from './start-historian.js';
