import type { Provider } from '@nestjs/common';
import { AlarmActions, ChangeListener, RegistryDatabase, UserRepository, type SecretBox } from '@telltale/plant-registry';
import type { Logger } from '@telltale/service-runtime';
import { openAppendListener, openSeriesReader, type AppendListener, type SeriesRead, type SeriesReader } from '@telltale/time-series';
import type { ApiSettings } from './api.settings.js';
import { ChannelDesk } from './channels/channel-desk.js';
import { channelSecrets } from './channels/channel-secrets.js';
import { IngestAddress } from './gateway-access/ingest-address.js';
import { PlantData } from './graphql/plant-data.js';
import { TenantBudget } from './graphql/tenant-budget.js';
import { SessionPolicy } from './identity/session-policy.js';
import { SignInThrottle } from './identity/sign-in-throttle.js';
import { SessionReader } from './identity/session-reader.js';
import { SessionWatch } from './identity/session-watch.js';
import { ChangeHub } from './live/change-hub.js';
import type { LiveParts } from './live/live-operations.js';
import { GrafanaLinks } from './plant/grafana-links.js';
import { SimulationReader } from './plant/simulation-reader.js';
import { InstalledConnectors } from './tag-import/installed-connectors.js';

/** Each of the two pools; more than one tenant may use at once (TENANT_LIMITS). */
const CONNECTIONS = 6;
/** As the role's own limit for the registry, see libs/plant-registry. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** Connections and everything made of them, opened before Nest wires it. */
export class ApiPremises {
  readonly budget = new TenantBudget();
  readonly hub = new ChangeHub(this.budget);
  readonly data: PlantData;
  readonly sessions: SessionReader;
  readonly watch: SessionWatch;
  readonly origins: readonly string[];
  private readonly users: UserRepository;
  private readonly channels: ChannelDesk;

  private constructor(
    private readonly settings: ApiSettings,
    readonly logger: Logger,
    readonly registry: RegistryDatabase,
    secrets: SecretBox,
    private readonly series: SeriesReader & { close(): Promise<void> },
    private readonly listeners: readonly (AppendListener | ChangeListener)[],
  ) {
    this.data = new PlantData(registry, series);
    this.channels = new ChannelDesk(this.data, secrets, settings.WEBHOOK_ADDRESSES);
    this.users = new UserRepository(registry);
    this.sessions = new SessionReader(this.users);
    this.watch = new SessionWatch(this.sessions);
    this.origins = settings.PUBLIC_URL === undefined ? [] : [new URL(settings.PUBLIC_URL).origin];
  }

  static async open(settings: ApiSettings, logger: Logger, onRead: (read: SeriesRead, seconds: number) => void): Promise<ApiPremises> {
    const secrets = channelSecrets(settings.SECRET_KEYS);
    const registry = await RegistryDatabase.open(settings.DATABASE_URL, { maxConnections: CONNECTIONS });
    const series = openSeriesReader(settings.DATABASE_URL, { maxConnections: CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS, onRead });
    const appended = openAppendListener(settings.DATABASE_URL);
    let announce = (_topic: 'alarms' | 'yields' | 'gateways', _tenantId: number): void => undefined;
    const changed = await ChangeListener.open(settings.DATABASE_URL, ['alarms', 'yields', 'gateways'], (channel, tenantId) => {
      if (channel !== 'detections') announce(channel, tenantId);
    });
    const premises = new ApiPremises(settings, logger, registry, secrets, series, [appended, changed]);
    announce = (topic, tenantId) => premises.hub.announce(topic, tenantId);
    appended.onAppend((tenantId) => premises.hub.announce('samples', tenantId));
    return premises;
  }

  /** What a live connection needs beside the schema. */
  get liveParts(): Omit<LiveParts, 'schema'> {
    const { sessions, watch, data, budget, logger } = this;
    return { sessions, watch, data, budget, logger };
  }

  providers(): Provider[] {
    const secure = this.settings.PUBLIC_URL?.startsWith('https:') ?? false;
    return [
      { provide: PlantData, useValue: this.data },
      { provide: ChangeHub, useValue: this.hub },
      { provide: ChannelDesk, useValue: this.channels },
      { provide: IngestAddress, useValue: new IngestAddress(this.settings.INGEST_PUBLIC_URL) },
      { provide: InstalledConnectors, useFactory: () => InstalledConnectors.load(this.settings.CONNECTORS_DIR) },
      { provide: SessionReader, useValue: this.sessions },
      { provide: SessionWatch, useValue: this.watch },
      { provide: SessionPolicy, useValue: new SessionPolicy({ sessionHours: this.settings.SESSION_HOURS, secure }) },
      { provide: UserRepository, useValue: this.users },
      { provide: AlarmActions, useValue: new AlarmActions(this.registry) },
      { provide: SignInThrottle, useValue: new SignInThrottle(this.settings.SIGN_IN_FAILURES_PER_ADDRESS) },
      { provide: SimulationReader, useValue: new SimulationReader(this.settings.SIMULATION_FILE) },
      { provide: GrafanaLinks, useValue: new GrafanaLinks(this.settings.GRAFANA_URL) },
    ];
  }

  async close(): Promise<void> {
    this.hub.close();
    for (const listener of this.listeners) await listener.close();
    await this.series.close();
    await this.registry.close();
  }
}
