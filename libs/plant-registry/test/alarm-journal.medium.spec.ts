import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AlarmActions,
  AlarmJournal,
  AlarmReading,
  ChangeListener,
  ChannelRepository,
  InsightRepository,
  newSecretKey,
  Notification,
  NotificationChannel,
  NotificationRepository,
  RegistryDatabase,
  SecretBox,
  SecretKeys,
  UserRepository,
  usOf,
  type AlarmContent,
} from '../src/index.js';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant } from '../src/testing/index.js';

const now = new Date('2026-11-23T12:00:00Z');
const atUs = usOf(now);
let database: TestDatabase;
let acme: TestPlant;
let globex: TestPlant;
let alarms: RegistryDatabase;
let api: RegistryDatabase;
let userId: number;
let incidents = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  [acme, globex] = await createTwoTenants(database.urls.telltale_owner, 1);
  alarms = await RegistryDatabase.open(database.urls.telltale_alarms);
  api = await RegistryDatabase.open(database.urls.telltale_api);
  userId = (
    await new UserRepository(api).save(acme.tenant, {
      email: 'm@acme.test',
      name: 'M',
      role: 'maintenance',
      password: 'long enough',
    })
  ).userId;
});
afterAll(async () => {
  await Promise.all([alarms.close(), api.close()]);
  await database.drop();
});

async function leak(): Promise<AlarmContent> {
  const insights = await RegistryDatabase.open(database.urls.telltale_insights);
  incidents += 1;
  const [detection] = await new InsightRepository(insights).advance(
    acme.tenant,
    { insight: 'steam-leak', subjectId: 1, processedThrough: now, state: {} },
    [
      {
        siteId: acme.site.siteId,
        insight: 'steam-leak',
        subjectId: 1,
        incidentKey: `leak-${incidents}`,
        state: 'open',
        onsetAt: now,
        detectedAt: now,
        closedAt: null,
        positionM: 1,
        positionPlusMinusM: 1,
        excessC: 12,
        confidence: 1,
        lossKgPerHour: 40,
        evidence: {},
        historical: false,
      },
    ],
    now,
  );
  await insights.close();
  return {
    siteId: acme.site.siteId,
    detectionId: detection?.detectionId ?? null,
    kind: 'leak',
    title: 'Steam leak',
    priority: 2,
    cause: 'c',
    consequence: 'c',
    action: 'a',
    positionM: 1,
    lossKgPerHour: 40,
  };
}

describe('the alarm of a detection', () => {
  it('is raised exactly once, however many try', async () => {
    const content = await leak();
    const journal = new AlarmJournal(alarms);
    const raised = await Promise.all(Array.from({ length: 4 }, () => journal.raise(acme.tenant, content, atUs)));
    expect(raised.filter((change) => change !== null)).toHaveLength(1);
    const [alarm] = await new AlarmReading(api).ofDetections(acme.tenant, [content.detectionId ?? 0]);
    expect(alarm).toMatchObject({ state: 'unacknowledged', condition: 'active', leakPhase: 'detected', raisedAt: now });
    expect(
      (await new AlarmReading(api).transitions(acme.tenant, [alarm?.alarmId ?? 0])).map(({ transition }) => transition),
    ).toEqual(['raise']);
  });

  it('goes through acknowledgement, assignment, outcome and repair with a journal of who did what', async () => {
    const raised = await new AlarmJournal(alarms).raise(acme.tenant, await leak(), atUs);
    const alarmId = raised?.alarm.alarmId ?? 0;
    const actions = new AlarmActions(api);
    const actor = { userId, at: new Date(now.getTime() + 1000) };
    expect(await actions.act(acme.tenant, alarmId, { kind: 'mark-repaired', comment: null }, actor)).toMatchObject({
      kind: 'refused',
      code: 'LEAK_NOTHING_TO_REPAIR',
    });
    await actions.act(acme.tenant, alarmId, { kind: 'acknowledge', comment: 'on my way' }, actor);
    await actions.act(acme.tenant, alarmId, { kind: 'assign', assigneeUserId: userId, comment: null }, actor);
    await actions.act(
      acme.tenant,
      alarmId,
      { kind: 'shelve', until: new Date(now.getTime() + 3_600_000), reason: 'waiting for a part' },
      actor,
    );
    await actions.act(acme.tenant, alarmId, { kind: 'set-outcome', finding: 'confirmed', comment: null }, actor);
    const done = await actions.act(acme.tenant, alarmId, { kind: 'mark-repaired', comment: 'new gasket' }, actor);
    expect(done).toMatchObject({
      kind: 'applied',
      alarm: {
        state: 'acknowledged',
        acknowledgedBy: userId,
        assigneeUserId: userId,
        outcome: 'confirmed',
        leakPhase: 'repaired',
        repairedAt: actor.at,
        shelvedReason: 'waiting for a part',
        shelvedBy: userId,
      },
    });
    const journal = await new AlarmReading(api).transitions(acme.tenant, [alarmId]);
    expect(journal.map(({ transition, userId: by, comment }) => [transition, by, comment])).toEqual([
      ['raise', null, null],
      ['acknowledge', userId, 'on my way'],
      ['assign', userId, null],
      ['shelve', userId, 'waiting for a part'],
      ['classify', userId, 'confirmed'],
      ['repair', userId, 'new gasket'],
    ]);
    const cleared = await new AlarmJournal(alarms).apply(acme.tenant, alarmId, {
      kind: 'clear',
      atUs: atUs + 9_000_000,
      by: null,
    });
    expect(cleared.alarm).toMatchObject({ state: 'normal', condition: 'cleared' });
  });

  it('is nobody else’s, whatever they do', async () => {
    const raised = await new AlarmJournal(alarms).raise(acme.tenant, await leak(), atUs);
    const alarmId = raised?.alarm.alarmId ?? 0;
    const actions = new AlarmActions(api);
    expect(
      await actions.act(globex.tenant, alarmId, { kind: 'acknowledge', comment: null }, { userId, at: now }),
    ).toEqual({ kind: 'unknown' });
    expect(await new AlarmReading(api).alarm(globex.tenant, alarmId)).toBeNull();
    const stranger = await new UserRepository(api).save(globex.tenant, {
      email: 'g@globex.test',
      name: 'G',
      role: 'maintenance',
      password: 'long enough',
    });
    const assigned = await actions.act(
      acme.tenant,
      alarmId,
      { kind: 'assign', assigneeUserId: stranger.userId, comment: null },
      { userId, at: now },
    );
    expect(assigned).toMatchObject({ kind: 'refused', code: 'ALARM_PERSON_UNKNOWN' });
  });

  it('wakes listeners with nothing but the tenant', async () => {
    const heard: [string, number][] = [];
    const listener = await ChangeListener.open(
      database.urls.telltale_api,
      ['alarms', 'detections'],
      (channel, tenantId) => heard.push([channel, tenantId]),
    );
    await new AlarmJournal(alarms).raise(acme.tenant, await leak(), atUs);
    for (let waited = 0; heard.length < 2 && waited < 2000; waited += 10)
      await new Promise((later) => setTimeout(later, 10));
    await listener.close();
    expect(heard).toEqual([
      ['detections', acme.tenant.tenantId],
      ['alarms', acme.tenant.tenantId],
    ]);
  });

  it('is told with the secret of the channel, which nobody reads in the database', async () => {
    const [old, young] = [newSecretKey(), newSecretKey()];
    const box = (...keys: string[]): SecretBox => new SecretBox(SecretKeys.parse(keys.join('\n')));
    const content = {
      kind: 'webhook',
      name: 'crew',
      url: 'https://crew.test',
      secret: 'whsec_canary',
      enabled: true,
    } as const;
    const { channelId } = await new ChannelRepository(api, box(old)).save(acme.tenant, content);
    expect((await new ChannelRepository(api, box(old)).save(acme.tenant, content)).channelId).toBe(channelId);
    const raised = await new AlarmJournal(alarms).raise(acme.tenant, await leak(), atUs);
    const notificationId = await alarms.inTenant(acme.tenant, async (manager) => {
      const [entry] = raised?.transitions ?? [];
      const pending = manager.create(Notification, {
        tenantId: acme.tenant.tenantId,
        alarmId: entry?.alarmId ?? 0,
        transitionId: entry?.transitionId ?? 0,
        channelId,
        state: 'pending',
        attempts: 0,
        createdAt: now,
      });
      return (await manager.save(pending)).notificationId;
    });
    const notifications = new NotificationRepository(alarms, box(old));
    await notifications.failed(acme.tenant, notificationId, 'refused', false);
    await notifications.delivered(acme.tenant, notificationId, now);
    expect(await notifications.delivery(acme.tenant, notificationId)).toMatchObject({
      notification: { state: 'delivered', attempts: 2 },
      channel: { name: 'crew', secret: 'whsec_canary' },
      alarm: { title: 'Steam leak' },
      transition: { transition: 'raise' },
    });
    const stored = async (): Promise<string> =>
      (
        await api.inTenant(acme.tenant, (manager) =>
          manager.findOneByOrFail(NotificationChannel, { tenantId: acme.tenant.tenantId, channelId }),
        )
      ).secret;
    expect(await stored()).toMatch(/^sealed:v1:/);
    expect(await stored()).not.toContain('canary');
    // The key is changed: nothing else is needed afterwards.
    expect(await new ChannelRepository(api, box(young, old)).renewSecrets(acme.tenant)).toBe(1);
    expect(await new ChannelRepository(api, box(young)).renewSecrets(acme.tenant)).toBe(0);
    expect(
      (await new NotificationRepository(alarms, box(young)).delivery(acme.tenant, notificationId))?.channel.secret,
    ).toBe('whsec_canary');
    await expect(notifications.delivery(acme.tenant, notificationId)).rejects.toMatchObject({
      code: 'SECRET_KEY_UNKNOWN',
    });
    expect(await notifications.delivery(globex.tenant, notificationId)).toBeNull();
  });
});
