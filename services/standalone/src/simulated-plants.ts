import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RegistryDatabase } from '@telltale/plant-registry';
import { plantSimulatorSettings, startPlantSimulator, type PlantLayout, type RunningPlants } from '@telltale/plant-simulator';
import { readSettings } from '@telltale/service-settings';
import type { DataFolder } from './data-folder.js';
import { seedPeople } from './demo-people.js';
import type { KeptPorts } from './kept-ports.js';
import { OPCUA_PASSWORD_SECRET, seedPlant, type PlantConnections } from './seed-plant.js';

export function startPlants(folder: DataFolder, { opcua, modbus }: KeptPorts, logLevel: string): Promise<RunningPlants> {
  const given = { PLANT_DATA_DIR: folder.plants, OPCUA_PORT: String(opcua), MODBUS_PORT: String(modbus), LOG_LEVEL: logLevel };
  return startPlantSimulator(readSettings('plant-simulator', plantSimulatorSettings, given));
}

/** What one gateway is started with. */
export interface GatewayPlace {
  readonly tenantSlug: string;
  readonly key: string;
  readonly dataDir: string;
  readonly secretsDir: string;
}

function plantsOf({ ludwigshafen, pune }: RunningPlants): readonly { layout: PlantLayout; connections: PlantConnections }[] {
  return [
    ...(ludwigshafen ? [{ layout: ludwigshafen.layout, connections: { opcua: ludwigshafen.opcUa } }] : []),
    ...(pune ? [{ layout: pune.layout, connections: { opcua: pune.opcUa, modbus: pune.modbus } }] : []),
  ];
}

function prepareGateway(folder: DataFolder, tenantSlug: string, opcuaPassword: string): GatewayPlace {
  const dataDir = folder.gateway(tenantSlug);
  const secretsDir = join(dataDir, 'secrets');
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(secretsDir, OPCUA_PASSWORD_SECRET), opcuaPassword, { mode: 0o600 });
  return { tenantSlug, key: folder.secret(`gateway-key-${tenantSlug}`), dataDir, secretsDir };
}

/** Describes every simulated plant and its people to the platform, and prepares its gateway. */
export async function introducePlants(ownerUrl: string, plants: RunningPlants, folder: DataFolder, password: string | null): Promise<readonly GatewayPlace[]> {
  const registry = await RegistryDatabase.open(ownerUrl);
  try {
    const places: GatewayPlace[] = [];
    for (const { layout, connections } of plantsOf(plants)) {
      const place = prepareGateway(folder, layout.tenant.slug, connections.opcua.password);
      const { tenant } = await seedPlant(registry, layout, connections, place.key);
      if (password !== null) await seedPeople(registry, tenant, layout.tenant.slug, password);
      places.push(place);
    }
    return places;
  } finally {
    await registry.close();
  }
}
