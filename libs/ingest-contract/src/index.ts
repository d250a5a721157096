export * from './gateway-configuration.js';
export * from './gateway-status.js';
export * from './ingest-http.js';
export * from './queue-jobs.js';
