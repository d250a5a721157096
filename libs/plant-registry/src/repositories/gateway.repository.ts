import { createHash } from 'node:crypto';
import { In, IsNull } from 'typeorm';
import { GatewayConfiguration, type GatewayStatus } from '@telltale/ingest-contract';
import type { TenantContext } from '@telltale/tenancy';
import { credentialHash, type RegistryDatabase } from '../database/registry-database.js';
import { Endpoint, Gateway, GatewayKey, Site, Tag } from '../entities/index.js';
import { keepShownCertificates, settingsWithTrust, trustedThumbprints } from './certificate.repository.js';

export interface KnownGateway {
  readonly tenant: TenantContext;
  readonly gatewayId: number;
  readonly gatewayKeyId: number;
}

export const isAccepted = ({ revokedAt, expiresAt }: GatewayKey, now: Date): boolean => revokedAt === null && (expiresAt === null || expiresAt > now);

/** Gateways as the ingest service sees them: who is calling, what to collect, how it goes. */
export class GatewayRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Who has this key; `null` when it is unknown or revoked. */
  async identify(key: string): Promise<KnownGateway | null> {
    const found = await this.registry.lookupCredential(credentialHash('gateway-key', key), 'gateway-key');
    if (!found) return null;
    const { tenant, subjectId: gatewayKeyId } = found;
    const record = await this.registry.inTenant(tenant, (manager) =>
      manager.findOneBy(GatewayKey, { tenantId: tenant.tenantId, gatewayKeyId }),
    );
    return record && isAccepted(record, new Date()) ? { tenant, gatewayId: record.gatewayId, gatewayKeyId } : null;
  }

  /** With it: since when the oldest batch of the queue waited at that moment, and certificates that want a decision. */
  async recordStatus(
    tenant: TenantContext,
    gatewayId: number,
    status: GatewayStatus,
    now: Date,
    queueOldestAt: Date | null = null,
  ): Promise<void> {
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.query(
        `update registry.gateway set status = $3, status_at = $4, queue_oldest_at = $5 where tenant_id = $1 and gateway_id = $2`,
        [tenant.tenantId, gatewayId, JSON.stringify(status), now, queueOldestAt],
      );
      await keepShownCertificates(manager, tenant, gatewayId, status, now);
    });
  }

  /** What the gateway is to collect; `null` when there is no such gateway. `version` changes with the content. */
  configuration(tenant: TenantContext, gatewayId: number): Promise<GatewayConfiguration | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const gateway = await manager.findOneBy(Gateway, { tenantId, gatewayId });
      if (!gateway) return null;
      const site = await manager.findOneByOrFail(Site, { tenantId, siteId: gateway.siteId });
      const endpoints = await manager.find(Endpoint, { where: { tenantId, gatewayId }, order: { endpointId: 'ASC' } });
      const endpointIds = endpoints.map(({ endpointId }) => endpointId);
      const tags = await manager.find(Tag, {
        where: { tenantId, endpointId: In(endpointIds), retiredAt: IsNull() },
        order: { tagId: 'ASC' },
      });
      const trusted = await trustedThumbprints(manager, tenant, endpointIds);
      const tagsOf = Map.groupBy(tags, (tag) => tag.endpointId);
      const content = {
        gatewayId,
        site: site.slug,
        endpoints: endpoints.map(({ endpointId, name, connector, settings, backfillDays }) => ({
          endpointId,
          name,
          connector,
          settings: settingsWithTrust(settings, trusted.get(endpointId) ?? []),
          backfillDays,
          tags: (tagsOf.get(endpointId) ?? []).map(configuredTag),
        })),
      };
      const version = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
      return GatewayConfiguration.parse({ version, ...content });
    });
  }
}

function configuredTag(tag: Tag): object {
  return {
    tagId: tag.tagId,
    tagPath: tag.path,
    address: tag.address ?? {},
    scanIntervalMs: tag.scanIntervalMs,
    ...(tag.deadband ? { deadband: tag.deadband } : {}),
    ...(tag.deadband?.kind === 'percent' && tag.rangeLow !== null && tag.rangeHigh !== null ? { range: { low: tag.rangeLow, high: tag.rangeHigh } } : {}),
    ...(tag.historyEndpointId !== null && tag.historyAddress
      ? { history: { endpointId: tag.historyEndpointId, address: tag.historyAddress } }
      : {}),
  };
}
