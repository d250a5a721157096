export { ingestSettings, type IngestSettings } from './ingest.settings.js';
export { startIngest } from './start-ingest.js';
