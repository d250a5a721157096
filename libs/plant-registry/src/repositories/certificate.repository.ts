import { X509Certificate } from 'node:crypto';
import { In, type EntityManager } from 'typeorm';
import type { GatewayStatus } from '@telltale/ingest-contract';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import {
  Endpoint,
  Gateway,
  ServerCertificate,
  type CertificateDecision,
  type JsonDocument,
} from '../entities/index.js';
import { auditUser, type ActingUser } from './audit.repository.js';

/** A server that shows a new one at every attempt must not fill the table. */
const MOST_PENDING = 20;

/** A certificate with the connection that showed it. */
export interface ShownCertificate {
  readonly certificate: ServerCertificate;
  readonly endpoint: Pick<Endpoint, 'endpointId' | 'name' | 'connector'>;
  readonly gateway: Pick<Gateway, 'gatewayId' | 'name' | 'siteId'>;
}

/** The trust inbox: what servers showed, and what was decided about it. */
export class CertificateRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Of one site: those that wait for a decision first, then the newest. */
  ofSite(tenant: TenantContext, siteId: number): Promise<ShownCertificate[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const gateways = await manager.findBy(Gateway, { tenantId, siteId });
      const shown = await shownBy(manager, tenantId, gateways);
      const rank = ({ certificate }: ShownCertificate): number => (certificate.decision === 'pending' ? 0 : 1);
      return shown.sort(
        (a, b) => rank(a) - rank(b) || b.certificate.firstSeenAt.getTime() - a.certificate.firstSeenAt.getTime(),
      );
    });
  }

  /** Trusts or rejects, with an audit entry in the same transaction; null when there is no such certificate. */
  decide(
    tenant: TenantContext,
    certificateId: number,
    decision: Exclude<CertificateDecision, 'pending'>,
    user: ActingUser,
  ): Promise<ShownCertificate | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const before = await manager.findOne(ServerCertificate, { where: { tenantId, certificateId } });
      if (before === null) return null;
      await manager.query(
        `update registry.server_certificate set decision = $3, decided_at = $4, decided_by = $5 where tenant_id = $1 and certificate_id = $2`,
        [tenantId, certificateId, decision, user.at, user.userId],
      );
      const detail = { endpointId: before.endpointId, thumbprint: before.thumbprint, before: before.decision };
      const action = decision === 'trusted' ? 'trust certificate' : 'reject certificate';
      const subject = `certificate ${certificateId}`;
      await auditUser(manager, tenant, user, { action, subject, detail });
      const gateways = await manager.findBy(Gateway, { tenantId });
      const shown = await shownBy(manager, tenantId, gateways);
      return shown.find(({ certificate }) => certificate.certificateId === certificateId) ?? null;
    });
  }
}

async function shownBy(
  manager: EntityManager,
  tenantId: number,
  gateways: readonly Gateway[],
): Promise<ShownCertificate[]> {
  const gatewayOf = new Map(gateways.map((gateway) => [gateway.gatewayId, gateway]));
  const endpoints = await manager.find(Endpoint, {
    select: { endpointId: true, gatewayId: true, name: true, connector: true },
    where: { tenantId, gatewayId: In([...gatewayOf.keys()]) },
  });
  const endpointOf = new Map(endpoints.map((endpoint) => [endpoint.endpointId, endpoint]));
  const certificates = await manager.findBy(ServerCertificate, { tenantId, endpointId: In([...endpointOf.keys()]) });
  return certificates.flatMap((certificate) => {
    const endpoint = endpointOf.get(certificate.endpointId);
    const gateway = endpoint && gatewayOf.get(endpoint.gatewayId);
    return endpoint && gateway ? [{ certificate, endpoint, gateway }] : [];
  });
}

/** Puts certificates of a status report into the inbox; one that is there keeps its decision. For recordStatus. */
export async function keepShownCertificates(
  manager: EntityManager,
  { tenantId }: TenantContext,
  gatewayId: number,
  { endpoints }: GatewayStatus,
  now: Date,
): Promise<void> {
  for (const { endpointId, untrustedCertificate } of endpoints) {
    const certificate = untrustedCertificate && readable(untrustedCertificate.pem);
    if (!certificate) continue;
    const thumbprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    await manager.query(
      `insert into registry.server_certificate (tenant_id, endpoint_id, thumbprint, pem, first_seen_at, last_seen_at, decision)
       select $1, e.endpoint_id, $4, $5, $6, $6, 'pending' from registry.endpoint e
       where e.tenant_id = $1 and e.endpoint_id = $2 and e.gateway_id = $3
         and (select count(*) from registry.server_certificate c
              where c.tenant_id = $1 and c.endpoint_id = $2 and c.decision = 'pending' and c.thumbprint <> $4) < ${MOST_PENDING}
       on conflict (tenant_id, endpoint_id, thumbprint) do update set last_seen_at = excluded.last_seen_at`,
      [tenantId, endpointId, gatewayId, thumbprint, certificate.toString(), now],
    );
  }
}

/** The thumbprint is reckoned here: what is approved is the certificate that is shown. */
function readable(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** Approved thumbprints by endpoint. */
export async function trustedThumbprints(
  manager: EntityManager,
  { tenantId }: TenantContext,
  endpointIds: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const trusted = await manager.find(ServerCertificate, {
    select: { endpointId: true, thumbprint: true, certificateId: true },
    where: { tenantId, endpointId: In([...endpointIds]), decision: 'trusted' },
    order: { certificateId: 'ASC' },
  });
  const byEndpoint = Map.groupBy(trusted, ({ endpointId }) => endpointId);
  return new Map([...byEndpoint].map(([endpointId, rows]) => [endpointId, rows.map(({ thumbprint }) => thumbprint)]));
}

/** A connector that reports `untrusted` takes approvals from its setting `trustedThumbprints` (connector-sdk). */
export function settingsWithTrust(settings: JsonDocument, thumbprints: readonly string[]): JsonDocument {
  if (thumbprints.length === 0) return settings;
  const listed = settings['trustedThumbprints'];
  return { ...settings, trustedThumbprints: [...new Set([...(Array.isArray(listed) ? listed : []), ...thumbprints])] };
}
