import { runMain } from '@telltale/service-runtime';
import { insightsSettings, startInsights } from './index.js';

await runMain('insights', insightsSettings, startInsights);
