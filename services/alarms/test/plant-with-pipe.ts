import {
  ChannelRepository,
  Detection,
  NotificationChannel,
  PipeRun,
  RegistryDatabase,
  SecretBox,
  SecretKeys,
  Site,
  Tenant,
} from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';

export interface PlantWithPipe {
  readonly tenant: TenantContext;
  readonly siteId: number;
  readonly pipeRunId: number;
  /** Without keys the secret stands in the clear, as an older release wrote it. */
  addChannel(name: string, url: string, secret: string, secretKeys?: string): Promise<number>;
  detect(incidentKey: string, change?: Partial<Detection>): Promise<Detection>;
}

/** A tenant with a site and one pipe run. `detect` writes a detection as the insights service does. */
export async function seedPlantWithPipe(
  admin: RegistryDatabase,
  tenantId: number,
  slug: string,
): Promise<PlantWithPipe> {
  const tenant = { tenantId };
  const { siteId, pipeRunId } = await admin.inTenant(tenant, async (manager) => {
    await manager.insert(Tenant, { tenantId, slug, name: slug, currency: 'EUR', locale: 'en' });
    await manager.query('insert into registry.tenant_roster (tenant_id) values ($1)', [tenantId]);
    const site = await manager.save(
      manager.create(Site, { tenantId, slug: 'works', name: 'Works', timeZone: 'Europe/Berlin' }),
    );
    const run = await manager.save(
      manager.create(PipeRun, {
        tenantId,
        siteId: site.siteId,
        equipmentId: null,
        slug: 'line-3',
        name: 'Steam line 3',
        lengthM: 150,
        medium: 'steam',
        pipeTemperatureTagId: null,
        pressureTagId: null,
        flowTagId: null,
        steamCostPerTonne: 38,
        co2KgPerTonne: null,
        energyKwhPerTonne: null,
      }),
    );
    return { siteId: site.siteId, pipeRunId: run.pipeRunId };
  });
  return {
    tenant,
    siteId,
    pipeRunId,
    addChannel: async (name, url, secret, secretKeys) => {
      const content = { kind: 'webhook', name, url, secret, enabled: true } as const;
      const saved =
        secretKeys === undefined
          ? await admin.inTenant(tenant, (manager) =>
              manager.save(manager.create(NotificationChannel, { ...content, tenantId })),
            )
          : await new ChannelRepository(admin, new SecretBox(SecretKeys.parse(secretKeys))).save(tenant, content);
      return saved.channelId;
    },
    detect: (incidentKey, change = {}) =>
      admin.inTenant(tenant, async (manager) => {
        const now = new Date();
        const known = await manager.findOneBy(Detection, { tenantId, incidentKey });
        const detection =
          known ??
          manager.create(Detection, {
            tenantId,
            siteId,
            insight: 'steam-leak',
            subjectId: pipeRunId,
            incidentKey,
            state: 'open',
            onsetAt: now,
            detectedAt: now,
            closedAt: null,
            positionM: 42.5,
            positionPlusMinusM: 1.5,
            excessC: 12.3,
            confidence: 0.97,
            lossKgPerHour: 16.7,
            evidence: { lossFormula: 'm = 1000 W/K · 12.3 K · 3.6 / 2650 kJ/kg = 16.7 kg/h (÷2 … ×2)' },
            historical: false,
            revision: 0,
          });
        Object.assign(detection, change, { revision: detection.revision + 1, updatedAt: now });
        return manager.save(detection);
      }),
  };
}
