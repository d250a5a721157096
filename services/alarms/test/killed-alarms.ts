// Started by the medium suite as a process of its own, and killed.
import { startAlarms, alarmsSettings } from '../src/index.js';

await startAlarms(alarmsSettings.parse(JSON.parse(process.argv[2] ?? '{}')));
process.stdout.write('up\n');
