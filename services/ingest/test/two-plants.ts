import {
  Endpoint,
  Gateway,
  GatewayKeysRepository,
  RegistryDatabase,
  Site,
  Tag,
  Tenant,
} from '@telltale/plant-registry';
import { type SampleBatch, encodeBatch, Status } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';

export interface TestGateway {
  readonly tenant: TenantContext;
  readonly gatewayId: number;
  readonly gatewayKeyId: number;
  readonly key: string;
  readonly tagIds: readonly number[];
  addTag(name: string): Promise<number>;
}

/** A tenant with one site, one gateway with a key, and two tags. */
export async function seedPlant(admin: RegistryDatabase, tenantId: number, slug: string): Promise<TestGateway> {
  const tenant = { tenantId };
  const { siteId, gatewayId, endpointId } = await admin.inTenant(tenant, async (manager) => {
    await manager.insert(Tenant, { tenantId, slug, name: slug, currency: 'EUR', locale: 'en' });
    await manager.query('insert into registry.tenant_roster (tenant_id) values ($1)', [tenantId]);
    const site = await manager.save(
      manager.create(Site, { tenantId, slug: 'works', name: 'Works', timeZone: 'Europe/Berlin' }),
    );
    const gateway = await manager.save(
      manager.create(Gateway, { tenantId, siteId: site.siteId, name: 'gateway-1', status: null, statusAt: null }),
    );
    const endpoint = await manager.save(
      manager.create(Endpoint, {
        tenantId,
        gatewayId: gateway.gatewayId,
        name: 'plc',
        connector: 'opcua',
        settings: { url: 'opc.tcp://plc' },
        backfillDays: 0,
      }),
    );
    return { siteId: site.siteId, gatewayId: gateway.gatewayId, endpointId: endpoint.endpointId };
  });
  const addTag = (name: string): Promise<number> =>
    admin.inTenant(tenant, async (manager) => {
      const tag = manager.create(Tag, {
        tenantId,
        siteId,
        equipmentId: null,
        path: `${slug}/works/${name}`,
        name,
        unit: '°C',
        kind: 'analog',
        rangeLow: null,
        rangeHigh: null,
        counterMax: null,
        endpointId,
        address: { nodeId: `ns=1;s=${name}` },
        scanIntervalMs: 1000,
        deadband: null,
        historyEndpointId: null,
        historyAddress: null,
        insightRole: null,
      });
      return (await manager.save(tag)).tagId;
    });
  const tagIds = [await addTag('temperature-1'), await addTag('temperature-2')];
  const { gatewayKeyId, key } = await new GatewayKeysRepository(admin).issue(tenant, gatewayId, new Date());
  return { tenant, gatewayId, gatewayKeyId, key, tagIds, addTag };
}

export function batchOf(
  gatewayId: number,
  epoch: number,
  seq: number,
  tagIds: readonly number[],
  sourceTimeUs: number,
): SampleBatch {
  return {
    identity: { gatewayId, epoch, seq },
    samples: {
      tagIds: Int32Array.from(tagIds),
      values: Float64Array.from(tagIds, (_, index) => 20 + index),
      sourceTimesUs: Float64Array.from(tagIds, () => sourceTimeUs),
      serverTimesUs: Float64Array.from(tagIds, () => sourceTimeUs),
      statuses: Uint32Array.from(tagIds, () => Status.Good),
    },
    continuity: [],
  };
}

export const encodedBatch = (...batch: Parameters<typeof batchOf>): Buffer =>
  Buffer.from(encodeBatch(batchOf(...batch)));
