export * from './equipment-model.errors.js';
export * from './equipment-path.js';
export * from './pipe-run.js';
export * from './slug.js';
export * from './tag-path.js';
