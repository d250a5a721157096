import type { Provider } from '@nestjs/common';
import { AlarmActions, AlarmJournal, AuditRepository, ChangeListener, RegistryDatabase, UserRepository } from '@telltale/plant-registry';
import { createLogger, type Logger } from '@telltale/service-runtime';
import { openAppendListener, openSeriesReader, type AppendListener, type SeriesReader } from '@telltale/time-series';
import type { ApiSettings } from './api.settings.js';
import { PlantData } from './graphql/plant-data.js';
import { SessionPolicy } from './identity/session-policy.js';
import { SessionReader } from './identity/session-reader.js';
import { ChangeHub } from './live/change-hub.js';
import { GrafanaLinks } from './plant/grafana-links.js';
import { SimulationReader } from './plant/simulation-reader.js';

const CONNECTIONS = 6;

/** Connections and everything made of them, opened before Nest wires it. */
export class ApiPremises {
  readonly hub = new ChangeHub();
  readonly data: PlantData;
  readonly sessions: SessionReader;
  readonly origins: readonly string[];
  private readonly users: UserRepository;

  private constructor(
    private readonly settings: ApiSettings,
    readonly logger: Logger,
    readonly registry: RegistryDatabase,
    private readonly series: SeriesReader & { close(): Promise<void> },
    private readonly listeners: readonly (AppendListener | ChangeListener)[],
  ) {
    this.data = new PlantData(registry, series);
    this.users = new UserRepository(registry);
    this.sessions = new SessionReader(this.users);
    this.origins = settings.PUBLIC_URL === undefined ? [] : [new URL(settings.PUBLIC_URL).origin];
  }

  static async open(settings: ApiSettings): Promise<ApiPremises> {
    const logger = createLogger('api', settings.LOG_LEVEL);
    const registry = await RegistryDatabase.open(settings.DATABASE_URL, { maxConnections: CONNECTIONS });
    const series = openSeriesReader(settings.DATABASE_URL);
    const appended = openAppendListener(settings.DATABASE_URL);
    let announce = (_topic: 'alarms' | 'yields' | 'gateways', _tenantId: number): void => undefined;
    const changed = await ChangeListener.open(settings.DATABASE_URL, ['alarms', 'yields', 'gateways'], (channel, tenantId) => {
      if (channel !== 'detections') announce(channel, tenantId);
    });
    const premises = new ApiPremises(settings, logger, registry, series, [appended, changed]);
    announce = (topic, tenantId) => premises.hub.announce(topic, tenantId);
    appended.onAppend((tenantId) => premises.hub.announce('samples', tenantId));
    return premises;
  }

  providers(): Provider[] {
    const secure = this.settings.PUBLIC_URL?.startsWith('https:') ?? false;
    return [
      { provide: PlantData, useValue: this.data },
      { provide: ChangeHub, useValue: this.hub },
      { provide: SessionReader, useValue: this.sessions },
      { provide: SessionPolicy, useValue: new SessionPolicy({ sessionHours: this.settings.SESSION_HOURS, secure }) },
      { provide: UserRepository, useValue: this.users },
      { provide: AuditRepository, useValue: new AuditRepository(this.registry) },
      { provide: AlarmActions, useValue: new AlarmActions(new AlarmJournal(this.registry)) },
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
