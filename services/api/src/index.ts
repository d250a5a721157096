import 'reflect-metadata';
export { apiSettings, type ApiSettings } from './api.settings.js';
export { apiSchema } from './print-schema.js';
export { startApi } from './start-api.js';
