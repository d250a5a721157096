export * from './address-schema.js';
export * from './browse-difference.js';
export * from './browsed-tag.js';
export * from './connector.js';
export * from './connector.errors.js';
export * from './manifest.schema.js';
