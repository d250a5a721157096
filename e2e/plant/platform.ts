import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryDatabase } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { plantSimulatorSettings, startPlantSimulator, type PlantLayout, type RunningPlants } from '@telltale/plant-simulator';
import { readSettings } from '@telltale/service-settings';
import { demoAccounts, OPCUA_PASSWORD_SECRET, seedPeople, seedPlant, type PlantConnections, type SeededPlant } from '@telltale/standalone';
import { migrateSeries, openSeriesReader, type SeriesReader } from '@telltale/time-series';
import { ApiClient } from './api-client.js';
import { freePort, ServiceProcess } from './service-process.js';

export type QueueBackend = 'postgres' | 'redis';

export const PASSWORD = 'correct horse battery staple';
const GATEWAY_KEYS: Readonly<Record<string, string>> = { acme: 'ttg_acme-0123456789abcdefghijklmnop', globex: 'ttg_globex-0123456789abcdefghijklmn' };

const PLATFORM = ['ingest', 'historian', 'insights', 'alarms', 'api'] as const;
export type PlatformService = (typeof PLATFORM)[number];

export interface PlatformOptions {
  readonly queue: QueueBackend;
  /** Settings of the simulated plants beside their defaults. */
  readonly plants?: Readonly<Record<string, string>>;
  readonly services?: Partial<Record<PlatformService | 'edge-gateway', Readonly<Record<string, string>>>>;
  /** Changes a plant's description before it is made known to the platform. */
  readonly describe?: (layout: PlantLayout) => PlantLayout;
}

export interface SeededSite extends SeededPlant {
  readonly layout: PlantLayout;
}

/** The whole platform as processes of their own, two simulated plants of two tenants, a gateway each. */
export class Platform {
  readonly services = new Map<string, ServiceProcess>();
  readonly sites = new Map<string, SeededSite>();
  private constructor(
    readonly database: TestDatabase,
    readonly plants: RunningPlants,
    readonly series: SeriesReader & { close(): Promise<void> },
    private readonly folder: string,
  ) {}

  static async start(options: PlatformOptions): Promise<Platform> {
    const folder = await mkdtemp(join(tmpdir(), 'telltale-e2e-'));
    const database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    const plants = await startPlantSimulator(
      readSettings('plant-simulator', plantSimulatorSettings, { PLANT_DATA_DIR: join(folder, 'plants'), LOG_LEVEL: 'warn', ...options.plants }),
    );
    const platform = new Platform(database, plants, openSeriesReader(database.urls.telltale_api), folder);
    await platform.introduce(options);
    await platform.startServices(options);
    return platform;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.service('api').httpPort}`;
  }

  service(name: string): ServiceProcess {
    const found = this.services.get(name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  }

  site(tenant: string): SeededSite {
    const found = this.sites.get(tenant);
    if (found === undefined) throw new Error(`no plant of ${tenant}`);
    return found;
  }

  /** The first demo user of a tenant with this role. */
  signIn(tenant: string, role: string): Promise<ApiClient> {
    const account = demoAccounts(tenant).find((one) => one.role === role);
    if (account === undefined) throw new Error(`${tenant} has no ${role}`);
    return ApiClient.signIn(this.apiUrl, account.email, PASSWORD);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    await this.series.close();
    await this.plants.close();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async introduce({ describe }: PlatformOptions): Promise<void> {
    const { ludwigshafen, pune } = this.plants;
    const known: { layout: PlantLayout; connections: PlantConnections }[] = [];
    if (ludwigshafen) known.push({ layout: ludwigshafen.layout, connections: { opcua: ludwigshafen.opcUa } });
    if (pune) known.push({ layout: pune.layout, connections: { opcua: pune.opcUa, modbus: pune.modbus } });
    const registry = await RegistryDatabase.open(this.database.urls.telltale_owner);
    for (const { layout: given, connections } of known) {
      const layout = describe?.(given) ?? given;
      const { slug } = layout.tenant;
      const seeded = await seedPlant(registry, layout, connections, GATEWAY_KEYS[slug] ?? '');
      await seedPeople(registry, seeded.tenant, slug, PASSWORD);
      this.sites.set(slug, { ...seeded, layout });
      const secrets = join(this.folder, slug, 'secrets');
      await mkdir(secrets, { recursive: true, mode: 0o700 });
      await writeFile(join(secrets, OPCUA_PASSWORD_SECRET), connections.opcua.password, { mode: 0o600 });
    }
    await registry.close();
  }

  private async startServices({ queue, services = {} }: PlatformOptions): Promise<void> {
    const { urls } = this.database;
    const queueUrl = queue === 'redis' ? (process.env['TELLTALE_TEST_REDIS'] ?? '') : urls.telltale_queue;
    const roles = { ingest: urls.telltale_ingest, historian: urls.telltale_historian, insights: urls.telltale_insights, alarms: urls.telltale_alarms, api: urls.telltale_api };
    for (const name of PLATFORM) {
      const settings = { DATABASE_URL: roles[name], QUEUE_BACKEND: queue, QUEUE_URL: queueUrl, ...services[name] };
      this.services.set(name, new ServiceProcess(name, settings, await freePort()));
    }
    for (const [tenant] of this.sites) {
      const settings = {
        INGEST_URL: `http://127.0.0.1:${this.service('ingest').httpPort}`,
        GATEWAY_KEY: GATEWAY_KEYS[tenant] ?? '',
        GATEWAY_DATA_DIR: join(this.folder, tenant, 'gateway'),
        SECRETS_DIR: join(this.folder, tenant, 'secrets'),
        RESEND_AFTER_MS: '5000',
        ...services['edge-gateway'],
      };
      this.services.set(`${tenant} gateway`, new ServiceProcess('edge-gateway', settings, await freePort()));
    }
    const all = [...this.services.values()];
    for (const service of all) service.launch();
    await Promise.all(all.map((service) => service.ready()));
  }
}
