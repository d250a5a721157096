export * from './sample.js';
export * from './quality.js';
