import { runMain } from '@telltale/service-runtime';
import { historianSettings, startHistorian } from './index.js';

await runMain('historian', historianSettings, startHistorian);
