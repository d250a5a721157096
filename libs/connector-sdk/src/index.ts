export * from './connector.js';
export * from './connector.errors.js';
