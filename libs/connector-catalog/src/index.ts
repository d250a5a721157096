export * from './address-schemas.js';
export * from './connector-folder.js';
