import { Injectable } from '@nestjs/common';
import { QuarantineRepository, type EndpointSummary, type Gateway, type HeldBatches, type Tag } from '@telltale/plant-registry';
import type { LatestSample } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';
import { PlantData } from '../graphql/plant-data.js';
import { microsOf } from '../tags/tag-mapping.js';
import { InstalledConnectors } from '../tag-import/installed-connectors.js';
import type { DataPathFacts } from './data-path-facts.js';

/** The gateways of a tenant with their connections and quarantined batches: looked up once per request. */
interface Surroundings {
  readonly gateways: readonly Gateway[];
  readonly endpoints: readonly EndpointSummary[];
  readonly held: ReadonlyMap<number, HeldBatches>;
}

const NONE: DataPathFacts['quarantine'] = { count: 0, newestUs: null, reason: null };

/** Gathers what the registry knows of the way of one tag. */
@Injectable()
export class DataPathReader {
  private readonly quarantine: QuarantineRepository;
  private readonly known = new WeakMap<object, Promise<Surroundings>>();

  constructor(
    private readonly data: PlantData,
    private readonly connectors: InstalledConnectors,
  ) {
    this.quarantine = new QuarantineRepository(data.registry);
  }

  /** `request` is what the readings of one request share; nothing is kept beyond it. */
  async read(tenant: TenantContext, tag: Tag, latest: LatestSample | null, now: Date, request: object): Promise<DataPathFacts> {
    const surroundings = this.known.get(request) ?? this.surroundings(tenant);
    this.known.set(request, surroundings);
    const { gateways, endpoints, held } = await surroundings;
    const endpoint = endpoints.find(({ endpointId }) => endpointId === tag.endpointId);
    const gateway = gateways.find(({ gatewayId }) => gatewayId === endpoint?.gatewayId);
    const report = gateway?.status?.endpoints.find(({ endpointId }) => endpointId === tag.endpointId);
    const batches = gateway && held.get(gateway.gatewayId);
    return {
      nowUs: microsOf(now),
      tag: { retiredAtUs: tag.retiredAt && microsOf(tag.retiredAt), hasAddress: tag.address !== null, scanIntervalMs: tag.scanIntervalMs, hasDeadband: tag.deadband !== null },
      connection: endpoint ? { name: endpoint.name, speaksOnChange: this.connectors.speaksOnChange(endpoint.connector), report: report ?? null } : null,
      problem: report?.tagProblems?.first.find(({ tagId }) => tagId === tag.tagId) ?? null,
      gateway: gateway ? gatewayFacts(gateway) : null,
      quarantine: batches ? { count: batches.count, newestUs: batches.newestAt && microsOf(batches.newestAt), reason: batches.reason } : NONE,
      latest,
    };
  }

  private async surroundings(tenant: TenantContext): Promise<Surroundings> {
    const gateways = await this.data.gateways.list(tenant);
    const ids = gateways.map(({ gatewayId }) => gatewayId);
    const [endpoints, held] = await Promise.all([this.data.gateways.endpoints(tenant, ids), this.quarantine.heldOf(tenant)]);
    return { gateways, endpoints, held };
  }
}

function gatewayFacts({ name, status, statusAt, queueOldestAt }: Gateway): DataPathFacts['gateway'] {
  return {
    name,
    reportedAtUs: statusAt && microsOf(statusAt),
    clockOffsetUs: status && statusAt ? status.clockUs - microsOf(statusAt) : 0,
    spool: { batches: status?.spool.depthBatches ?? 0, oldestUs: status?.spool.oldestUs ?? null },
    readsHistory: status !== null && status.backfill !== null && status.backfill.tagsDone < status.backfill.tagsTotal,
    queueOldestUs: queueOldestAt && microsOf(queueOldestAt),
  };
}
