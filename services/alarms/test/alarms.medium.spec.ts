import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Alarm,
  AlarmJournal,
  AlarmTransitionRecord,
  ChannelRepository,
  newSecretKey,
  Notification,
  RegistryDatabase,
  SecretBox,
  SecretKeys,
} from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import type { RunningService } from '@telltale/service-runtime';
import { type AlarmsSettings, startAlarms } from '../src/index.js';
import { isSigned } from '../src/notifying/webhook-signature.js';
import { type PlantWithPipe, seedPlantWithPipe } from './plant-with-pipe.js';
import { startReceiver } from './receiver.js';
import { until } from './until.js';

describe('alarms', () => {
  let database: TestDatabase;
  let admin: RegistryDatabase;
  let acme: PlantWithPipe;
  let globex: PlantWithPipe;
  const secretKeys = newSecretKey();
  let settings: AlarmsSettings;
  const running: RunningService[] = [];

  const start = async (change: Partial<AlarmsSettings> = {}): Promise<RunningService> => {
    const service = await startAlarms({ ...settings, ...change });
    running.push(service);
    return service;
  };
  const alarmsOf = ({ tenant: { tenantId } }: PlantWithPipe): Promise<Alarm[]> =>
    admin.inTenant({ tenantId }, (manager) => manager.find(Alarm, { where: { tenantId }, order: { alarmId: 'ASC' } }));
  const notificationsOf = ({ tenant: { tenantId } }: PlantWithPipe): Promise<Notification[]> =>
    admin.inTenant({ tenantId }, (manager) =>
      manager.find(Notification, { where: { tenantId }, order: { notificationId: 'ASC' } }),
    );
  const journalOf = ({ tenant: { tenantId } }: PlantWithPipe): Promise<string[]> =>
    admin.inTenant({ tenantId }, async (manager) => {
      const entries = await manager.find(AlarmTransitionRecord, {
        where: { tenantId },
        order: { transitionId: 'ASC' },
      });
      return entries.map(({ transition, fromState, toState }) => `${transition}: ${fromState} → ${toState}`);
    });
  const alarmWhere = (plant: PlantWithPipe, what: string, fits: (alarm: Alarm) => boolean): Promise<Alarm> =>
    until(what, async () => (await alarmsOf(plant)).find(fits));

  beforeEach(async () => {
    database = await createTestDatabase();
    admin = await RegistryDatabase.open(database.adminUrl, { maxConnections: 2 });
    acme = await seedPlantWithPipe(admin, 1, 'acme');
    globex = await seedPlantWithPipe(admin, 2, 'globex');
    settings = {
      SECRET_KEYS: secretKeys,
      DATABASE_URL: database.urls.telltale_alarms,
      QUEUE_BACKEND: 'postgres',
      QUEUE_URL: database.urls.telltale_queue,
      LOG_LEVEL: 'silent',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      POLL_INTERVAL_MS: 200,
      REPAIR_PROOF_HOURS: 4,
      WEBHOOK_ADDRESSES: 'public-and-loopback',
      NOTIFICATION_ATTEMPTS: 4,
      NOTIFICATION_FIRST_RETRY_MS: 50,
    };
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.close()));
    await admin.close();
    await database.drop();
  });

  it('raises exactly one alarm per incident, refreshes it, and clears it when the detection closes', async () => {
    await Promise.all([start(), start()]);
    await acme.detect('leak-1');
    const raised = await alarmWhere(acme, 'alarm raised', ({ state }) => state === 'unacknowledged');
    expect(raised).toMatchObject({
      kind: 'leak',
      priority: 2,
      title: 'Steam leak on Steam line 3 at 42.5 m ± 1.5 m',
      condition: 'active',
      leakPhase: 'detected',
      positionM: 42.5,
      lossKgPerHour: 16.7,
    });
    expect(raised.consequence).toContain(
      '16.7 kg/h of steam are lost, 0.63 EUR per hour (16.7 kg/h ÷ 1000 × 38 EUR/t)',
    );
    expect(raised.consequence).toContain('1000 W/K');
    expect(raised.cause).toContain('12.3 °C warmer');

    await acme.detect('leak-1', { positionM: 43.1, lossKgPerHour: 60 });
    await alarmWhere(acme, 'alarm refreshed', ({ title, priority }) => title.includes('43.1 m') && priority === 1);
    await acme.detect('leak-1', { state: 'closed', closedAt: new Date() });
    await alarmWhere(acme, 'alarm cleared', ({ state }) => state === 'returned-unacknowledged');
    expect(await alarmsOf(acme)).toHaveLength(1);
    expect(await alarmsOf(globex)).toHaveLength(0);
    expect(await journalOf(acme)).toEqual([
      'raise: normal → unacknowledged',
      'clear: unacknowledged → returned-unacknowledged',
    ]);
  });

  it('raises nothing for history and for what only explains, and a low priority for a suspect sensor', async () => {
    await acme.detect('old', { historical: true });
    await acme.detect('transient', { insight: 'segment-transient' });
    await acme.detect('sensor', { insight: 'sensor-suspect', positionPlusMinusM: null, lossKgPerHour: null });
    await start();
    const alarm = await alarmWhere(acme, 'sensor alarm', () => true);
    await delay(600);
    expect(await alarmsOf(acme)).toHaveLength(1);
    expect(alarm).toMatchObject({
      kind: 'sensor-suspect',
      priority: 4,
      title: 'Suspect sensor on Steam line 3 at 42.5 m',
    });
  });

  it('raises and clears what opened and closed while it was down, once, and still nothing for history', async () => {
    const receiver = await startReceiver();
    await acme.addChannel('crew', receiver.url, 's');
    const closed = { state: 'closed', closedAt: new Date() } as const;
    await acme.detect('missed', closed);
    await acme.detect('old', { ...closed, historical: true });
    await acme.detect('transient', { ...closed, insight: 'segment-transient' });
    await Promise.all([start(), start()]);
    await until('both told', async () => {
      const all = await notificationsOf(acme);
      return all.length === 2 && all.every(({ state }) => state === 'delivered');
    });
    await delay(600);
    expect(await alarmsOf(acme)).toHaveLength(1);
    expect(await journalOf(acme)).toEqual([
      'raise: normal → unacknowledged',
      'clear: unacknowledged → returned-unacknowledged',
    ]);
    await receiver.close();
  });

  it('ends shelving when its time is over', async () => {
    await start();
    await acme.detect('leak-1');
    const { alarmId } = await alarmWhere(acme, 'alarm raised', () => true);
    const nowUs = Date.now() * 1000;
    await new AlarmJournal(admin).apply(acme.tenant, alarmId, {
      kind: 'shelve',
      atUs: nowUs,
      untilUs: nowUs + 500_000,
      reason: 'crew on its way',
      by: 1,
    });
    await alarmWhere(acme, 'shelving ended', ({ shelvedUntil }) => shelvedUntil === null);
    expect(await journalOf(acme)).toContain('shelving-expired: unacknowledged → unacknowledged');
  });

  it('tells each channel once, signed, and records the delivery', async () => {
    const receiver = await startReceiver();
    await acme.addChannel('crew', `${receiver.url}/hook`, 'acme-secret', secretKeys);
    await start();
    await acme.detect('leak-1');
    await until(
      'delivery recorded',
      async () =>
        (await notificationsOf(acme)).every(({ state }) => state === 'delivered') && receiver.received.length > 0,
    );
    await delay(600);
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    expect(isSigned('acme-secret', String(headers['telltale-signature']), body, Date.now() / 1000)).toBe(true);
    expect(isSigned('globex-secret', String(headers['telltale-signature']), body, Date.now() / 1000)).toBe(false);
    const [notification] = await notificationsOf(acme);
    expect(headers['telltale-notification-id']).toBe(`1-${notification?.notificationId}`);
    expect(JSON.parse(body)).toMatchObject({
      event: 'alarm.raise',
      alarm: { title: 'Steam leak on Steam line 3 at 42.5 m ± 1.5 m', positionM: 42.5 },
    });
    expect(body).not.toContain('acme-secret');
    const stored: unknown = await admin.inTenant(acme.tenant, (manager) =>
      manager.query('select secret from registry.notification_channel'),
    );
    expect(stored).toEqual([{ secret: expect.stringMatching(/^sealed:v1:/) }]);
    expect(JSON.stringify(stored)).not.toContain('acme-secret');
    expect(notification).toMatchObject({ state: 'delivered', attempts: 1 });
    await receiver.close();
  });

  it('tells nothing to a channel that was switched off meanwhile, also when it was pending', async () => {
    const receiver = await startReceiver((count) => (count === 1 ? 500 : 204));
    const channelId = await acme.addChannel('crew', receiver.url, 'acme-secret', secretKeys);
    await start({ NOTIFICATION_FIRST_RETRY_MS: 1_000 });
    await acme.detect('leak-1');
    await until('first attempt', () => receiver.received.length === 1);
    await admin.inTenant(acme.tenant, (manager) =>
      manager.query('update registry.notification_channel set enabled = false where channel_id = $1', [channelId]),
    );
    await until('given up', async () => (await notificationsOf(acme))[0]?.state === 'failed');
    expect((await notificationsOf(acme))[0]?.lastError).toContain('switched off');
    expect(receiver.received).toHaveLength(1);
    await receiver.close();
  });

  it('tells a channel nothing of what happened before it was added or while it was off', async () => {
    const receiver = await startReceiver();
    await start();
    await acme.detect('before');
    await until('raised', async () => (await journalOf(acme)).length === 1);
    const channels = new ChannelRepository(admin, new SecretBox(SecretKeys.parse(secretKeys)));
    const user = (): { userId: number; at: Date } => ({ userId: 1, at: new Date() });
    const content = { kind: 'webhook', name: 'crew', url: receiver.url, secret: 's', enabled: true } as const;
    const added = await channels.add(acme.tenant, content, user());
    if (typeof added === 'string') throw new Error(added);
    await channels.enable(acme.tenant, added.channelId, false, user());
    await acme.detect('while it was off');
    await until('raised', async () => (await journalOf(acme)).length === 2);
    await channels.enable(acme.tenant, added.channelId, true, user());
    await acme.detect('after');
    await until('delivered', () => receiver.received.length > 0);
    await delay(600);
    expect(receiver.received.map(({ body }) => Number(JSON.parse(body).alarm.id))).toEqual([(await alarmsOf(acme)).at(-1)?.alarmId]);
    await receiver.close();
  });

  it('does not start with keys that are none', async () => {
    await expect(startAlarms({ ...settings, SECRET_KEYS: 'no key' })).rejects.toMatchObject({
      code: 'SECRET_KEYS_INVALID',
    });
  });

  it('tries again with growing pauses until the receiver takes it', async () => {
    const receiver = await startReceiver((count) => (count < 3 ? 500 : 204));
    await acme.addChannel('crew', receiver.url, 's');
    await start();
    await acme.detect('leak-1');
    const [notification] = await until('delivered', async () => {
      const all = await notificationsOf(acme);
      return all.length === 1 && all[0]?.state === 'delivered' && all;
    });
    expect(notification).toMatchObject({ attempts: 3, lastError: null });
    expect(new Set(receiver.received.map(({ headers }) => headers['telltale-notification-id'])).size).toBe(1);
    await receiver.close();
  });

  it('gives up after the last attempt, follows no redirect, and says why', async () => {
    const receiver = await startReceiver(() => 302);
    await acme.addChannel('crew', receiver.url, 's');
    await start({ NOTIFICATION_ATTEMPTS: 2 });
    await acme.detect('leak-1');
    const [notification] = await until('given up', async () => {
      const all = await notificationsOf(acme);
      return all.length === 1 && all[0]?.state === 'failed' && all;
    });
    expect(notification?.lastError).toBe('The receiver answered 302.');
    expect(receiver.received).toHaveLength(2);
    await receiver.close();
  });

  it('does not call a private address unless that is allowed', async () => {
    const receiver = await startReceiver();
    await acme.addChannel('crew', receiver.url.replace('127.0.0.1', 'localhost'), 's');
    await start({ WEBHOOK_ADDRESSES: 'public', NOTIFICATION_ATTEMPTS: 1 });
    await acme.detect('leak-1');
    const [notification] = await until('refused', async () => {
      const all = await notificationsOf(acme);
      return all.length === 1 && all[0]?.state === 'failed' && all;
    });
    expect(notification?.lastError).toContain('not a public address');
    expect(receiver.received).toHaveLength(0);
    await receiver.close();
  });

  it('says the same of a name that is unknown and of one inside, and no address of a receiver that does not answer', async () => {
    const receiver = await startReceiver();
    await acme.addChannel('inside', receiver.url.replace('127.0.0.1', 'localhost'), 's');
    await acme.addChannel('unknown', 'https://no-such-name.invalid/', 's');
    const service = await start({ WEBHOOK_ADDRESSES: 'public', NOTIFICATION_ATTEMPTS: 1 });
    await acme.detect('leak-1');
    const failed = (count: number): Promise<Notification[]> =>
      until('refused', async () => {
        const all = await notificationsOf(acme);
        return all.length === count && all.every(({ state }) => state !== 'pending') && all;
      });
    const refused = await failed(2);
    expect(new Set(refused.map(({ lastError }) => lastError))).toEqual(new Set(['The receiver has no address, or one that is not a public address.']));
    await service.close();
    await admin.inTenant(acme.tenant, (manager) => manager.query(`update registry.notification_channel set enabled = false`));
    await receiver.close();
    await acme.addChannel('gone', receiver.url.replace('127.0.0.1', 'localhost'), 's');
    await start({ NOTIFICATION_ATTEMPTS: 1 });
    await acme.detect('leak-1', { state: 'closed', closedAt: new Date() });
    const [, , gone] = await failed(3);
    expect(gone?.lastError).toMatch(/^localhost:\d+ can't be reached \(ECONNREFUSED\)\.$/);
  });

  it('raises and tells everything once although it is killed again and again', async () => {
    const receiver = await startReceiver();
    await acme.addChannel('crew', receiver.url, 's');
    const hooks = join(import.meta.dirname, '../../../libs/service-runtime/test/typescript-hooks.mjs');
    const incidents = Array.from({ length: 12 }, (_, index) => `leak-${index}`);
    for (const round of [0, 1, 2]) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=source',
          '--import',
          hooks,
          join(import.meta.dirname, 'killed-alarms.ts'),
          JSON.stringify(settings),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout, 'data');
      for (const incident of incidents.slice(round * 4, round * 4 + 4)) await acme.detect(incident);
      await delay(40 + round * 60);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await start();
    await until(
      'everything delivered',
      async () => {
        const all = await notificationsOf(acme);
        return all.length === 12 && all.every(({ state }) => state === 'delivered');
      },
      25_000,
    );
    expect(await alarmsOf(acme)).toHaveLength(12);
    expect((await journalOf(acme)).filter((entry) => entry.startsWith('raise'))).toHaveLength(12);
    // A kill between the call and its record repeats the call under the same id: the receiver can tell.
    expect(new Set(receiver.received.map(({ headers }) => headers['telltale-notification-id'])).size).toBe(12);
    await receiver.close();
  }, 60_000);
});
