export * from './address-format.js';
export * from './export-text.js';
export { neutralised } from './formula-safe.js';
export * from './import-plan.js';
export * from './row-problem.js';
export * from './site-tags.js';
export * from './tag-diff.js';
export * from './tag-file.js';
