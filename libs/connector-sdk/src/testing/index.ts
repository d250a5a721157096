export * from './conformance-subject.js';
export * from './conformance-run.js';
export * from './describe-connector.js';
export * from './recording-host.js';
