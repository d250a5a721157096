export * from './catalog-lint.js';
export * from './test-database.js';
