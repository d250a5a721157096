export * from './spool-contract.js';
export { EdgeSpool } from './edge-spool.js';
export { SpoolUnusableError } from './spool.errors.js';
