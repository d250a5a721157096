import { columnsFrom, encodeBatch } from '@telltale/tag-sample';
import {
  AlarmJournal,
  ChannelRepository,
  GatewayAccessRepository,
  GatewayKeysRepository,
  InsightRepository,
  PlantSetup,
  newSecretKey,
  RegistryDatabase,
  SecretBox,
  SecretKeys,
  ShiftYieldRepository,
  USER_ROLES,
  UserRepository,
  type UserRole,
} from '@telltale/plant-registry';
import {
  createTestDatabase,
  createTwoTenants,
  type TestDatabase,
  type TestPlant,
} from '@telltale/plant-registry/testing';
import { migrateSeries, openSeriesWriter } from '@telltale/time-series';
import type { Logger } from '@telltale/service-runtime';
import { showCertificate } from './shown-certificate.js';
import { startApi, type ApiSettings } from '../src/index.js';

/** One tenant's things, as numbers of the database. */
export interface ServedPlant {
  readonly slug: string;
  readonly plant: TestPlant;
  readonly lineId: number;
  readonly pipeRunId: number;
  readonly alarmId: number;
  readonly certificateId: number;
  readonly gatewayKeyId: number;
  readonly invitationId: number;
  readonly channelId: number;
  readonly people: Readonly<Record<UserRole, { readonly userId: number; readonly email: string }>>;
}

/** Of everything sealed here. */
export const SECRET_KEY = newSecretKey();
export const PASSWORD = 'correct horse battery';

/** The api over two tenants with everything in them that it can tell. */
export class ServedPlants {
  private constructor(
    readonly url: string,
    readonly database: TestDatabase,
    readonly acme: ServedPlant,
    readonly globex: ServedPlant,
    private readonly closeApi: () => Promise<void>,
  ) {}

  /** `settings` changes single settings of the api; `logger` takes its log. */
  static async open(settings: Partial<ApiSettings> = {}, logger?: Logger): Promise<ServedPlants> {
    const database = await createTestDatabase([{ name: 'series for the api', migrate: migrateSeries }]);
    const [first, second] = await createTwoTenants(database.urls.telltale_owner);
    const acme = await furnish(database, first, 'acme');
    const globex = await furnish(database, second, 'globex');
    const api = await startApi({
      DATABASE_URL: database.urls.telltale_api,
      LOG_LEVEL: 'error',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      SECRET_KEYS: SECRET_KEY,
      WEBHOOK_ADDRESSES: 'public',
      SESSION_HOURS: 1,
      SIGN_IN_FAILURES_PER_ADDRESS: 50,
      ...settings,
    }, logger);
    return new ServedPlants(api.url ?? '', database, acme, globex, () => api.close());
  }

  async close(): Promise<void> {
    await this.closeApi();
    await this.database.drop();
  }
}

async function furnish(database: TestDatabase, plant: TestPlant, slug: string): Promise<ServedPlant> {
  const owner = await RegistryDatabase.open(database.urls.telltale_owner);
  const { tenant } = plant;
  const { siteId } = plant.site;
  const now = new Date();
  const setup = new PlantSetup(owner);
  const [state, warm] = plant.tags;
  if (!state || !warm) throw new Error('a plant needs two tags');
  await setup.equipment(tenant, {
    siteId,
    level: 'area',
    slug: 'packaging',
    name: `${slug} packaging`,
    path: 'packaging',
  });
  const line = await setup.equipment(tenant, {
    siteId,
    level: 'line',
    slug: 'line-1',
    name: `${slug} line`,
    path: 'packaging/line-1',
  });
  await setup.line(tenant, {
    equipmentId: line.equipmentId,
    stateTagId: state.tagId,
    stateMap: { '1': { name: 'running', element: 'running' } },
  });
  await setup.product(tenant, { siteId, code: 1, name: `${slug} product` });
  await setup.shiftPattern(tenant, siteId, {
    validFrom: '2020-01-01',
    shifts: [{ name: 'all day', start: '00:00', end: '00:00' }],
    plannedStops: [],
  });
  const run = { siteId, slug: 'north', name: `${slug} north`, lengthM: 30, medium: 'steam' };
  const { pipeRunId } = await setup.pipeRun(tenant, run, [{ tagId: warm.tagId, positionM: 3 }]);
  const people = await addPeople(owner, plant, slug);
  const alarmId = await raiseLeak(owner, plant, pipeRunId, slug, now);
  await recordYield(owner, plant, line.equipmentId, now);
  const certificateId = await showCertificate(owner, plant, now);
  const access = await openDoors(owner, plant, slug, now);
  await owner.close();
  await appendSamples(database, plant, now);
  return { slug, plant, lineId: line.equipmentId, pipeRunId, alarmId, certificateId, ...access, people };
}

/** A key and an invitation of the gateway, and a channel. */
async function openDoors(
  owner: RegistryDatabase,
  { tenant, gateway }: TestPlant,
  slug: string,
  at: Date,
): Promise<Pick<ServedPlant, 'gatewayKeyId' | 'invitationId' | 'channelId'>> {
  const { gatewayKeyId } = await new GatewayKeysRepository(owner).issue(tenant, gateway.gatewayId, at);
  const invited = await new GatewayAccessRepository(owner).invite(tenant, gateway.gatewayId, 3_600_000, { userId: 1, at });
  const channels = new ChannelRepository(owner, new SecretBox(SecretKeys.parse(SECRET_KEY)));
  const { channelId } = await channels.save(tenant, { kind: 'webhook', name: `${slug} crew`, url: `https://${slug}.test/hook`, secret: `${slug} secret of the webhook`, enabled: true });
  return { gatewayKeyId, invitationId: invited?.invitation.gatewayEnrolmentId ?? 0, channelId };
}

async function addPeople(owner: RegistryDatabase, { tenant }: TestPlant, slug: string): Promise<ServedPlant['people']> {
  const users = new UserRepository(owner);
  const add = async (role: UserRole): Promise<{ userId: number; email: string }> => {
    const email = `${role}@${slug}.test`;
    const { userId } = await users.save(tenant, { email, name: `${slug} ${role}`, role, password: PASSWORD });
    return { userId, email };
  };
  const [viewer, maintenance, manager, admin] = [
    await add(USER_ROLES[0]),
    await add(USER_ROLES[1]),
    await add(USER_ROLES[2]),
    await add(USER_ROLES[3]),
  ];
  return { viewer, maintenance, manager, admin };
}

async function raiseLeak(
  owner: RegistryDatabase,
  { tenant, site, tags }: TestPlant,
  pipeRunId: number,
  slug: string,
  now: Date,
): Promise<number> {
  const { siteId } = site;
  const finding = {
    siteId,
    insight: 'steam-leak' as const,
    subjectId: pipeRunId,
    incidentKey: `${slug} leak`,
    state: 'open' as const,
    onsetAt: now,
    detectedAt: now,
    closedAt: null,
    positionM: 3,
    positionPlusMinusM: 0.5,
    excessC: 12,
    confidence: 0.9,
    lossKgPerHour: 40,
    evidence: { tagIds: tags.map(({ tagId }) => tagId) },
    historical: false,
  };
  const checkpoint = { insight: 'steam-leak', subjectId: pipeRunId, processedThrough: now, state: {} };
  const [detection] = await new InsightRepository(owner).advance(tenant, checkpoint, [finding], now);
  const content = {
    siteId,
    detectionId: detection?.detectionId ?? null,
    kind: 'leak' as const,
    title: `${slug} leak`,
    priority: 2,
    cause: 'gasket',
    consequence: 'loss',
    action: 'repair',
    positionM: 3,
    lossKgPerHour: 40,
  };
  const raised = await new AlarmJournal(owner).raise(tenant, content, now.getTime() * 1000);
  return raised?.alarm.alarmId ?? 0;
}

async function recordYield(
  owner: RegistryDatabase,
  { tenant }: TestPlant,
  equipmentId: number,
  now: Date,
): Promise<void> {
  const shiftStart = new Date(now.getTime() - 3_600_000);
  const elements = {
    pbtS: 3600,
    aptS: 3000,
    austS: 0,
    downtimeByReason: {},
    unknownS: 0,
    pq: 100,
    gq: 98,
    sq: 2,
    rq: 0,
    priPqS: 2900,
    priGqS: 2842,
    materialKg: null,
    energyKwh: null,
  };
  const result = {
    equipmentId,
    shiftStart,
    shiftEnd: now,
    shiftName: 'all day',
    productionDay: shiftStart.toISOString().slice(0, 10),
    productId: 0,
    status: 'provisional' as const,
    elements,
    completeness: 1,
    computedAt: now,
  };
  await new ShiftYieldRepository(owner).record(tenant, [result], 'test');
}

/** Ten seconds of every tag up to now. */
export async function appendSamples(
  database: TestDatabase,
  { tenant, gateway, tags }: TestPlant,
  now: Date,
  seq = 1,
): Promise<void> {
  const writer = openSeriesWriter(database.urls.telltale_historian);
  const nowUs = now.getTime() * 1000;
  const samples = tags.flatMap(({ tagId }) =>
    Array.from({ length: 10 }, (_, i) => ({
      tagId,
      value: tagId + i,
      sourceTimeUs: nowUs - i * 1_000_000,
      serverTimeUs: nowUs,
      status: 0,
    })),
  );
  const batch = {
    identity: { gatewayId: gateway.gatewayId, epoch: 1, seq },
    samples: columnsFrom(samples),
    continuity: [],
  };
  await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs }]);
  await writer.close();
}
