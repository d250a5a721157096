// npm run bench -- ingest | sustained | e2e | backlog | growth | query | disk | history | peer | gateway | opcua | modbus [--option=value …]
import { benchDisk } from './disk.mts';
import { benchBacklog } from './backlog.mts';
import { benchE2e } from './e2e.mts';
import { benchGrowth } from './growth.mts';
import { benchHistory } from './history.mts';
import { benchIngest } from './ingest.mts';
import { benchPeer } from './peer.mts';
import { benchQuery } from './query.mts';
import { benchSustained } from './sustained.mts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  ingest: benchIngest,
  sustained: benchSustained,
  query: benchQuery,
  disk: benchDisk,
  history: benchHistory,
  e2e: benchE2e,
  backlog: benchBacklog,
  growth: benchGrowth,
  peer: benchPeer,
  // Loaded when asked for: the OPC UA driver alone takes a second.
  gateway: async (args) => (await import('./gateway.mts')).benchGateway(args),
  modbus: async (args) => (await import('./modbus.mts')).benchModbus(args),
  opcua: async (args) => (await import('./opcua.mts')).benchOpcUa(args),
};
// Servers that a bench started end with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exitCode = 64;
} else {
  await bench(args);
}
