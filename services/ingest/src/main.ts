import { runMain } from '@telltale/service-runtime';
import { ingestSettings, startIngest } from './index.js';

await runMain('ingest', ingestSettings, startIngest);
