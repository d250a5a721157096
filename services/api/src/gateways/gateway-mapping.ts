import type { EndpointSummary, Gateway as GatewayEntity } from '@telltale/plant-registry';
import { CLOCK_WRONG_US } from '../data-path/explain-data-path.js';
import { toId } from '../graphql/opaque-id.js';
import { timeOf } from '../tags/tag-mapping.js';
import { modelChangeOf, tagProblemsOf } from './endpoint-findings.js';
import { EndpointState, type BackfillProgress, type Endpoint, type Gateway } from './gateway.type.js';

/** A gateway reports every 5 s; six missed reports mean that it is away. */
const ONLINE_WITHIN_MS = 30_000;
const CLOCK_TOLERANCE_MS = CLOCK_WRONG_US / 1000;

const STATES = {
  connecting: EndpointState.CONNECTING,
  connected: EndpointState.CONNECTED,
  degraded: EndpointState.DEGRADED,
  disconnected: EndpointState.DISCONNECTED,
  untrusted: EndpointState.UNTRUSTED,
  misconfigured: EndpointState.MISCONFIGURED,
} as const;

export const isOnline = ({ statusAt }: Pick<GatewayEntity, 'statusAt'>, now: Date): boolean => statusAt !== null && now.getTime() - statusAt.getTime() < ONLINE_WITHIN_MS;

type Status = NonNullable<GatewayEntity['status']>;

export function backfillOf(status: Status | null): BackfillProgress | null {
  if (!status?.backfill || status.backfill.tagsDone >= status.backfill.tagsTotal) return null;
  const { tagsDone, tagsTotal, samples } = status.backfill;
  return { tagsDone, tagsTotal, samples, progress: tagsTotal === 0 ? 1 : tagsDone / tagsTotal };
}

/** Null within the tolerance: the way of the report is part of the offset. */
export function clockWarning(offsetMs: number | null): string | null {
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return null;
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `The clock of this gateway is ${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} the platform's: values of devices without a clock of their own get wrong times. Set up time synchronisation (NTP) on it.`;
}

export function gatewayOf(gateway: GatewayEntity, newestSampleUs: number | null, now: Date): Omit<Gateway, 'endpoints'> {
  const { gatewayId, siteId, name, status, statusAt } = gateway;
  const clockOffsetMs = status && statusAt ? status.clockUs / 1000 - statusAt.getTime() : null;
  return {
    id: toId('gateway', gatewayId),
    siteId: toId('site', siteId),
    name,
    version: status?.gatewayVersion ?? null,
    startedAt: status ? timeOf(status.startedAtUs) : null,
    statusAt,
    online: isOnline(gateway, now),
    clockOffsetMs,
    clockWarning: clockWarning(clockOffsetMs),
    lagSeconds: newestSampleUs === null ? null : Math.max(0, now.getTime() / 1000 - newestSampleUs / 1e6),
    spool: status && {
      depthBatches: status.spool.depthBatches,
      depthBytes: status.spool.depthBytes,
      oldest: status.spool.oldestUs === null ? null : timeOf(status.spool.oldestUs),
      quarantinedRecords: status.spool.quarantinedRecords,
    },
    backfill: backfillOf(status),
  };
}

export function endpointOf(endpoint: EndpointSummary, status: Status | null): Endpoint {
  const reported = status?.endpoints.find(({ endpointId }) => endpointId === endpoint.endpointId);
  const groups = (reported?.groups ?? []).map(({ group, tags, askedPerSecond, achievedPerSecond, code, reason }) => ({ group, tagCount: tags, askedPerSecond, achievedPerSecond, code, reason }));
  return {
    id: toId('endpoint', endpoint.endpointId),
    name: endpoint.name,
    connector: endpoint.connector,
    tagCount: endpoint.tagCount,
    state: reported ? STATES[reported.state] : null,
    since: reported ? timeOf(reported.sinceUs) : null,
    code: reported?.code ?? null,
    reason: reported?.reason ?? null,
    askedPerSecond: reported?.askedPerSecond ?? null,
    achievedPerSecond: reported?.achievedPerSecond ?? null,
    rateReason: groups.find(({ reason }) => reason !== null)?.reason ?? null,
    rateGroups: groups,
    tagProblems: tagProblemsOf(reported?.tagProblems),
    modelChange: modelChangeOf(reported?.modelChange),
    untrustedCertificate: reported?.untrustedCertificate
      ? { thumbprint: reported.untrustedCertificate.thumbprint, subject: reported.untrustedCertificate.subject }
      : null,
  };
}
