import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RegistryDatabase } from '@telltale/plant-registry';
import type { DataFolder } from './data-folder.js';
import { seedPeople } from './demo-people.js';
import type { SimulatedPlant } from './plants-messages.js';
import { rememberedSettings, rememberSettings } from './introduced-settings.js';
import { OPCUA_PASSWORD_SECRET, seedPlant, settingsOf, type KnownSettings } from './seed-plant.js';

/** What one gateway is started with. */
export interface GatewayPlace {
  readonly tenantSlug: string;
  readonly keyFile: string;
  readonly dataDir: string;
  readonly secretsDir: string;
}

const gatewayKey = (tenantSlug: string): string => `gateway-key-${tenantSlug}`;

function prepareGateway(folder: DataFolder, tenantSlug: string, opcuaPassword: string): GatewayPlace {
  const dataDir = folder.gateway(tenantSlug);
  const secretsDir = join(dataDir, 'secrets');
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(secretsDir, OPCUA_PASSWORD_SECRET), opcuaPassword, { mode: 0o600 });
  return { tenantSlug, keyFile: folder.secretFile(gatewayKey(tenantSlug)), dataDir, secretsDir };
}

/** Describes every simulated plant and its people to the platform, and prepares its gateway. */
export async function introducePlants(ownerUrl: string, plants: readonly SimulatedPlant[], folder: DataFolder, password: string | null): Promise<readonly GatewayPlace[]> {
  const registry = await RegistryDatabase.open(ownerUrl);
  try {
    const places: GatewayPlace[] = [];
    const before = rememberedSettings(folder);
    const introduced: Record<string, KnownSettings> = {};
    for (const { layout, connections } of plants) {
      const { slug } = layout.tenant;
      const place = prepareGateway(folder, slug, connections.opcua.password);
      const { tenant } = await seedPlant(registry, layout, connections, folder.secret(gatewayKey(slug)), before[slug]);
      if (password !== null) await seedPeople(registry, tenant, slug, password);
      places.push(place);
      introduced[slug] = Object.fromEntries(layout.endpoints.map(({ name }) => [name, settingsOf(name, connections)]));
    }
    rememberSettings(folder, introduced);
    return places;
  } finally {
    await registry.close();
  }
}
