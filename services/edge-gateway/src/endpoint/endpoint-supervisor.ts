import { mkdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { ConfiguredEndpoint, ConfiguredTag, GatewayConfiguration } from '@telltale/ingest-contract';
import { ConnectorCatalog } from '../catalog/connector-catalog.provider.js';
import { SampleCollector } from '../collect/sample-collector.js';
import { SpoolRoom } from '../collect/spool-room.js';
import { GatewayPremises } from '../gateway-premises.js';
import { HistoryBackfill, type HistoryDesk } from '../history/history-backfill.js';
import { EndpointHost, type EndpointReport } from './endpoint.host.js';
import { EndpointJournal } from './endpoint-journal.js';
import { SecretFolder } from './secret-folder.js';

interface Running {
  configured: ConfiguredEndpoint;
  tags: ReadonlyMap<number, ConfiguredTag>;
  readonly host: EndpointHost;
}

const tagsOf = (configured: ConfiguredEndpoint): ReadonlyMap<number, ConfiguredTag> => new Map(configured.tags.map((tag) => [tag.tagId, tag]));

/** Makes the running endpoints equal to the configuration; what did not change is not touched. */
@Injectable()
export class EndpointSupervisor {
  private readonly running = new Map<number, Running>();
  private readonly unknown = new Map<number, EndpointReport>();
  private readonly secrets: SecretFolder;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly catalog: ConnectorCatalog,
    private readonly collector: SampleCollector,
    private readonly room: SpoolRoom,
    private readonly backfill: HistoryBackfill,
  ) {
    this.secrets = new SecretFolder(premises.settings.SECRETS_DIR);
  }

  async apply(configuration: GatewayConfiguration): Promise<void> {
    this.collector.gatewayId = configuration.gatewayId;
    const wanted = new Map(configuration.endpoints.map((endpoint) => [endpoint.endpointId, endpoint]));
    for (const [endpointId, { configured, host }] of this.running) {
      const next = wanted.get(endpointId);
      if (next && next.connector === configured.connector && isDeepStrictEqual(next.settings, configured.settings) && (!host.gaveUp || isDeepStrictEqual(next, configured))) continue;
      this.running.delete(endpointId);
      await host.stop();
      this.collector.flush();
      this.collector.keepBooks(endpointId, null);
    }
    this.unknown.clear();
    this.backfill.retain(new Map(configuration.endpoints.map((endpoint) => [endpoint.endpointId, new Set(endpoint.tags.map((tag) => tag.tagId))])));
    for (const endpoint of configuration.endpoints) await this.applyEndpoint(endpoint);
  }

  reports(): EndpointReport[] {
    return [...[...this.running.values()].map(({ host }) => host.report()), ...this.unknown.values()];
  }

  /** All tags of some endpoints; of all endpoints for null. */
  tagIdsOf(endpointIds: readonly number[] | null): number[] {
    const chosen = endpointIds === null ? [...this.running.keys()] : endpointIds;
    return chosen.flatMap((endpointId) => [...(this.running.get(endpointId)?.tags.keys() ?? [])]);
  }

  historyDesk(): HistoryDesk {
    return {
      readable: (job) => this.running.get(job.readFrom)?.host.connected === true && this.running.has(job.endpointId),
      read: (job, tagId, fromUs, toUs, options) => {
        const tag = this.running.get(job.endpointId)?.tags.get(tagId);
        const source = this.running.get(job.readFrom)?.host;
        if (!tag || !source) throw new Error(`History of tag ${tagId}: its endpoint was removed meanwhile.`);
        return source.readHistory(tag, job.readFrom === job.endpointId && !tag.history ? tag.address : (tag.history?.address ?? tag.address), fromUs, toUs, options);
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ host }) => host.stop()));
  }

  private async applyEndpoint(configured: ConfiguredEndpoint): Promise<void> {
    const present = this.running.get(configured.endpointId);
    if (present) {
      if (isDeepStrictEqual(present.configured, configured)) return;
      present.tags = tagsOf(configured);
      await present.host.applyTags(configured);
      present.configured = configured;
      return;
    }
    const entry = this.catalog.find(configured.connector);
    if (!entry) {
      const known = this.catalog.types().join(', ');
      const reason = `${configured.name}: this gateway has no connector "${configured.connector}". It has: ${known}.`;
      this.premises.logger.warn(reason);
      this.unknown.set(configured.endpointId, {
        endpointId: configured.endpointId, state: 'misconfigured', sinceUs: this.premises.nowUs(), code: 'gateway.unknown-connector', reason,
        askedPerSecond: 0, achievedPerSecond: 0, untrustedCertificate: null,
      });
      return;
    }
    const { capabilities } = entry.manifest;
    const journal = new EndpointJournal(
      {
        endpointId: configured.endpointId,
        keepsHistory: capabilities.includes('read-history'),
        appliesDeadband: !capabilities.includes('subscribe'),
        bookmarks: this.room.spool.bookmarks(),
      },
      {
        add: (...sample) => this.collector.add(...sample),
        declare: (endpointId, row) => this.collector.declare(endpointId, row),
        plan: (request) => this.backfill.plan(request),
        flush: () => this.collector.flushSafely(),
      },
    );
    const storageDir = this.premises.path('endpoints', String(configured.endpointId));
    mkdirSync(storageDir, { recursive: true, mode: 0o700 });
    this.collector.keepBooks(configured.endpointId, () => journal.bookmarks(this.premises.nowUs()));
    const host = new EndpointHost(configured, entry, journal, {
      logger: this.premises.logger,
      storageDir,
      nowUs: () => this.premises.nowUs(),
      secret: (name) => this.secrets.read(name),
    });
    this.running.set(configured.endpointId, { configured, tags: tagsOf(configured), host });
    host.start();
  }
}
