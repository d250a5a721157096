// npm run bench -- ingest | query | disk [--option=value …]
import { benchDisk } from './disk.mts';
import { benchIngest } from './ingest.mts';
import { benchQuery } from './query.mts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  ingest: benchIngest,
  query: benchQuery,
  disk: benchDisk,
};
const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exitCode = 64;
} else {
  await bench(args);
}
