import { runTask } from '@telltale/service-runtime';
import { keepRetention, retentionSettings } from './index.js';

await runTask('retention', retentionSettings, keepRetention);
