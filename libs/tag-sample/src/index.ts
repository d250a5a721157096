export * from './batch-codec.error.js';
export * from './batch-codec.js';
export { MAX_ENCODED_SAMPLES, packColumns, unpackColumns } from './columns-codec.js';
export * from './deadband.js';
export * from './engineering-unit.js';
export * from './quality.js';
export * from './sample-columns.js';
export * from './sample.js';
export { TIME_LIMIT_US } from './time-column.js';
