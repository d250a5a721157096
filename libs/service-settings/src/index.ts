export * from './settings.js';
export * from './common-settings.js';
