// npm run bench -- ingest | query | disk | gateway | opcua [--option=value …]
import { benchDisk } from './disk.mts';
import { benchIngest } from './ingest.mts';
import { benchQuery } from './query.mts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  ingest: benchIngest,
  query: benchQuery,
  disk: benchDisk,
  // Loaded when asked for: the OPC UA driver alone takes a second.
  gateway: async (args) => (await import('./gateway.mts')).benchGateway(args),
  opcua: async (args) => (await import('./opcua.mts')).benchOpcUa(args),
};
const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exitCode = 64;
} else {
  await bench(args);
}
