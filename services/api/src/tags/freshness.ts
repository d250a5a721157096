import { Injectable } from '@nestjs/common';
import type { Gateway, Tag } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { isOnline } from '../gateways/gateway-mapping.js';
import { PlantData } from '../graphql/plant-data.js';
import { isStale, microsOf } from './tag-mapping.js';

/** True when the value still stands: sampled lately, or told on change by a device that is connected. */
export type FreshnessJudge = (tag: Pick<Tag, 'endpointId' | 'scanIntervalMs'>, sourceTimeUs: TimeUs) => boolean;

/** Connectors whose devices speak only when something changed; the others are polled, and silence means trouble. */
const ON_CHANGE: readonly string[] = ['opcua'];

const BEHIND_AFTER_US = 15e6;
const isBehind = ({ status }: Gateway, nowUs: TimeUs): boolean => {
  const oldestUs = status?.spool.oldestUs ?? null;
  return oldestUs !== null && nowUs - oldestUs > BEHIND_AFTER_US;
};

/** Knows which values are old because nothing changed, and which because nobody speaks. */
@Injectable()
export class Freshness {
  constructor(private readonly data: PlantData) {}

  async judge(tenant: TenantContext, now: Date): Promise<FreshnessJudge> {
    const gateways = await this.data.gateways.list(tenant);
    const nowUs = microsOf(now);
    // What waits in the spool is not stored yet: then old values are old.
    const speaking = gateways.filter((gateway) => isOnline(gateway, now) && !isBehind(gateway, nowUs));
    const onChange = await this.connectedOnChange(tenant, speaking);
    return ({ endpointId, scanIntervalMs }, sourceTimeUs) => (endpointId !== null && onChange.has(endpointId)) || !isStale(sourceTimeUs, scanIntervalMs, nowUs);
  }

  private async connectedOnChange(tenant: TenantContext, gateways: readonly Gateway[]): Promise<ReadonlySet<number>> {
    const endpoints = await this.data.gateways.endpoints(tenant, gateways.map(({ gatewayId }) => gatewayId));
    const connected = new Set(gateways.flatMap(({ status }) => status?.endpoints ?? []).flatMap(({ endpointId, state }) => (state === 'connected' ? [endpointId] : [])));
    return new Set(endpoints.flatMap(({ endpointId, connector }) => (ON_CHANGE.includes(connector) && connected.has(endpointId) ? [endpointId] : [])));
  }
}
