import { isDeepStrictEqual } from 'node:util';
import { GatewayKeysRepository, PlantSetup, TenantRepository, type JsonDocument, type RegistryDatabase } from '@telltale/plant-registry';
import type { EndpointName, ModbusEndpoint, OpcUaAddress, ModbusAddress, OpcUaEndpoint, PlantLayout } from '@telltale/plant-simulator';
import type { TenantContext } from '@telltale/tenancy';

export interface PlantConnections {
  readonly opcua: OpcUaEndpoint;
  readonly modbus?: ModbusEndpoint;
}

export interface SeededPlant {
  readonly tenant: TenantContext;
  readonly siteId: number;
  readonly gatewayId: number;
}

/** Name of the secret in the gateway's folder that holds the password of an OPC UA server. */
export const OPCUA_PASSWORD_SECRET = 'opcua-password';

/** Settings of an endpoint of the simulated plant, as it was introduced. */
export type KnownSettings = Partial<Readonly<Record<EndpointName, JsonDocument>>>;

export const settingsOf = (name: EndpointName, { opcua, modbus }: PlantConnections): JsonDocument =>
  name === 'opcua'
    ? {
        endpointUrl: opcua.url,
        identity: { kind: 'user', user: opcua.userName, passwordSecret: OPCUA_PASSWORD_SECRET },
        trustedThumbprints: [opcua.thumbprint],
      }
    : { host: modbus?.host ?? '127.0.0.1', port: modbus?.port ?? 502 };

const document = (address: OpcUaAddress | ModbusAddress): JsonDocument => ({ ...address });

/** Path below the site, as the registry keeps it: `packaging/line-1`. */
const belowSite = (path: string): string => path.split('/').slice(2).join('/');

function need<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`The plant layout names ${what}, which it does not describe.`);
  return found;
}

/**
 * Describes a simulated plant to the platform. A second run adds what is not there and leaves what people have changed; a device that
 * moved (another port, another certificate) is followed as long as its settings are those of `before`.
 */
export async function seedPlant(registry: RegistryDatabase, layout: PlantLayout, connections: PlantConnections, gatewayKey: string, before: KnownSettings = {}): Promise<SeededPlant> {
  const setup = new PlantSetup(registry, 'stay');
  const tenant = await new TenantRepository(registry).introduce(layout.tenant);
  const { siteId } = await setup.site(tenant, layout.site);
  const { gatewayId } = await setup.gateway(tenant, { siteId, name: `${layout.site.slug} gateway` });
  await new GatewayKeysRepository(registry).accept(tenant, gatewayId, gatewayKey, new Date());
  const equipmentIds = await seedEquipment(setup, tenant, siteId, layout);
  const endpointIds = new Map<EndpointName, number>();
  for (const { name, title, connector, backfillDays } of layout.endpoints) {
    const settings = settingsOf(name, connections);
    const natural = { gatewayId, name: title };
    const known = await setup.endpoint(tenant, { ...natural, connector, settings, backfillDays });
    if (isDeepStrictEqual(known.settings, before[name])) await new PlantSetup(registry).endpoint(tenant, { ...natural, connector: known.connector, settings, backfillDays: known.backfillDays });
    endpointIds.set(name, known.endpointId);
  }
  const tags = await setup.tags(
    tenant,
    layout.tags.map((tag) => ({
      siteId,
      equipmentId: need(equipmentIds.get(tag.equipmentPath), tag.equipmentPath),
      path: tag.path,
      name: tag.name,
      unit: tag.unit,
      kind: tag.kind,
      rangeLow: tag.rangeLow,
      rangeHigh: tag.rangeHigh,
      counterMax: tag.counterMax ?? null,
      endpointId: need(endpointIds.get(tag.endpoint), tag.endpoint),
      address: document(tag.address),
      scanIntervalMs: tag.scanIntervalMs,
      historyEndpointId: need(endpointIds.get(tag.historyEndpoint), tag.historyEndpoint),
      historyAddress: document(tag.historyAddress),
      insightRole: tag.insightRole ?? null,
    })),
  );
  const tagIds = new Map(tags.map(({ path, tagId }) => [path, tagId]));
  const tagId = (path: string): number => need(tagIds.get(path), path);
  for (const run of layout.pipeRuns) {
    const { slug, name, lengthM, medium, steamCostPerTonne, co2KgPerTonne, energyKwhPerTonne } = run;
    await setup.pipeRun(
      tenant,
      {
        siteId,
        equipmentId: need(equipmentIds.get(run.equipmentPath), run.equipmentPath),
        slug,
        name,
        lengthM,
        medium,
        pipeTemperatureTagId: tagId(run.pipeTemperatureTagPath),
        pressureTagId: tagId(run.pressureTagPath),
        steamCostPerTonne,
        co2KgPerTonne,
        energyKwhPerTonne,
      },
      run.sensors.map(({ tagPath, positionM }) => ({ tagId: tagId(tagPath), positionM })),
    );
  }
  await seedProduction(setup, tenant, siteId, layout, equipmentIds, tagId);
  return { tenant, siteId, gatewayId };
}

async function seedEquipment(setup: PlantSetup, tenant: TenantContext, siteId: number, layout: PlantLayout): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const { path, parentPath, level, slug, name } of layout.equipment) {
    const parentId = parentPath === undefined ? null : need(ids.get(parentPath), parentPath);
    const { equipmentId } = await setup.equipment(tenant, { siteId, parentId, level, slug, name, path: belowSite(path) });
    ids.set(path, equipmentId);
  }
  return ids;
}

async function seedProduction(
  setup: PlantSetup,
  tenant: TenantContext,
  siteId: number,
  layout: PlantLayout,
  equipmentIds: ReadonlyMap<string, number>,
  tagId: (path: string) => number,
): Promise<void> {
  await setup.shiftPattern(tenant, siteId, layout.shiftPattern);
  for (const line of layout.lineSetups) {
    await setup.line(tenant, {
      equipmentId: need(equipmentIds.get(line.equipmentPath), line.equipmentPath),
      stateTagId: tagId(line.stateTagPath),
      goodTagId: tagId(line.goodTagPath),
      rejectTagId: tagId(line.rejectTagPath),
      productTagId: tagId(line.productTagPath),
      speedTagId: tagId(line.speedTagPath),
      energyTagId: tagId(line.energyTagPath),
      materialTagId: tagId(line.materialTagPath),
      stateMap: Object.fromEntries(line.states.map(({ code, name, element }) => [String(code), { name, element }])),
      targetYield: line.targetYield,
      targetOee: line.targetOee,
    });
  }
  for (const { code, name, unitValue, rates } of layout.products) {
    const { productId } = await setup.product(tenant, { siteId, code, name, unitValue });
    for (const { equipmentPath, secondsPerItem } of rates) {
      await setup.productRate(tenant, {
        productId,
        equipmentId: need(equipmentIds.get(equipmentPath), equipmentPath),
        validFrom: new Date(0),
        secondsPerItem,
      });
    }
  }
}

