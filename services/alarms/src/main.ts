import { runMain } from '@telltale/service-runtime';
import { alarmsSettings, startAlarms } from './index.js';

await runMain('alarms', alarmsSettings, startAlarms);
