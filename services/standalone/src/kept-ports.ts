import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { DataFolder } from './data-folder.js';
import { writeWhole } from './write-whole.js';

const HOST = '127.0.0.1';
const Ports = z.strictObject({ opcua: z.int(), opcuaNext: z.int(), modbus: z.int(), ingest: z.int() });
export type KeptPorts = z.infer<typeof Ports>;

/** The port when it is free, else any free one. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  try {
    await once(probe.listen(wanted, HOST), 'listening');
    const address = probe.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  } catch {
    return wanted === 0 ? 0 : freePort(0);
  } finally {
    probe.close();
  }
}

/** None where the file is absent or torn. */
function rememberedPorts(file: string): KeptPorts | undefined {
  try {
    return existsSync(file) ? Ports.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data : undefined;
  } catch {
    return undefined;
  }
}

/** The simulated devices stay where they were at the last start, so that gateways find them at once. Two OPC UA ports in a row. */
export async function keptPorts(folder: DataFolder): Promise<KeptPorts> {
  const file = join(folder.path, 'ports.json');
  const known = rememberedPorts(file);
  const ports = { opcua: known?.opcua ?? 0, opcuaNext: 0, modbus: await freePort(known?.modbus ?? 0), ingest: await freePort(known?.ingest ?? 0) };
  for (let attempt = 0; attempt < 20; attempt++) {
    ports.opcua = await freePort(attempt === 0 ? ports.opcua : 0);
    ports.opcuaNext = await freePort(ports.opcua + 1);
    if (ports.opcuaNext === ports.opcua + 1) break;
  }
  writeWhole(file, JSON.stringify(ports));
  return ports;
}
