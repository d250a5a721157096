import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Alarm,
  AlarmActions,
  AlarmJournal,
  AlarmTransitionRecord,
  InsightCheckpoint,
  RegistryDatabase,
} from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import type { RunningService } from '@telltale/service-runtime';
import { type AlarmsSettings, alarmsSettings, startAlarms } from '../src/index.js';
import { type PlantWithPipe, seedPlantWithPipe } from './plant-with-pipe.js';
import { type Receiver, startReceiver } from './receiver.js';
import { until } from './until.js';

describe('a reported repair', () => {
  const repairedAt = new Date(Date.now() - 6 * 3_600_000);
  const after = (hours: number): Date => new Date(repairedAt.getTime() + hours * 3_600_000);
  const running: RunningService[] = [];
  let database: TestDatabase;
  let admin: RegistryDatabase;
  let acme: PlantWithPipe;
  let receiver: Receiver;

  const alarms = (): Promise<Alarm[]> =>
    admin.inTenant(acme.tenant, (manager) => manager.find(Alarm, { order: { alarmId: 'ASC' } }));
  const journal = (): Promise<AlarmTransitionRecord[]> =>
    admin.inTenant(acme.tenant, (manager) => manager.find(AlarmTransitionRecord, { order: { transitionId: 'ASC' } }));
  const steps = async (): Promise<string[]> => (await journal()).map(({ transition }) => transition);
  const alarmIn = (leakPhase: Alarm['leakPhase']): Promise<Alarm> =>
    until(`alarm is ${leakPhase}`, async () => (await alarms()).find((alarm) => alarm.leakPhase === leakPhase));
  const told = (): string[] => receiver.received.map(({ body }) => String(JSON.parse(body).event));
  /** As the insights service says how far it has looked. */
  const watched = (hours: number): Promise<unknown> =>
    admin.inTenant(acme.tenant, (manager) =>
      manager.save(
        manager.create(InsightCheckpoint, {
          ...acme.tenant,
          insight: 'steam-leak',
          subjectId: acme.pipeRunId,
          processedThrough: after(hours),
          state: {},
          updatedAt: new Date(),
        }),
      ),
    );
  const settings = (): AlarmsSettings =>
    alarmsSettings.parse({
      DATABASE_URL: database.urls.telltale_alarms,
      QUEUE_BACKEND: 'postgres',
      QUEUE_URL: database.urls.telltale_queue,
      LOG_LEVEL: 'silent',
      HTTP_PORT: 0,
      POLL_INTERVAL_MS: 200,
      WEBHOOK_ADDRESSES: 'public-and-loopback',
      NOTIFICATION_FIRST_RETRY_MS: 50,
    });
  const start = async (): Promise<void> => void running.push(await startAlarms(settings()));
  /** A process of its own that is killed soon after `happening`. */
  const killAfter = async (happening: () => Promise<unknown>, pauseMs: number): Promise<void> => {
    const hooks = join(import.meta.dirname, '../../../libs/service-runtime/test/typescript-hooks.mjs');
    const program = join(import.meta.dirname, 'killed-alarms.ts');
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--import', hooks, program, JSON.stringify(settings())],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    await happening();
    await delay(pauseMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    admin = await RegistryDatabase.open(database.adminUrl, { maxConnections: 2 });
    acme = await seedPlantWithPipe(admin, 1, 'acme');
    receiver = await startReceiver();
    await acme.addChannel('crew', receiver.url, 's');
    // Two of them: every step below must happen once.
    await Promise.all([start(), start()]);
    await acme.detect('leak-1', { onsetAt: after(-2), detectedAt: after(-2) });
    const { alarmId } = await alarmIn('detected');
    const actions = new AlarmActions(admin);
    const mechanic = { userId: 1, at: repairedAt };
    await actions.act(acme.tenant, alarmId, { kind: 'acknowledge', comment: null }, mechanic);
    await actions.act(acme.tenant, alarmId, { kind: 'set-outcome', finding: 'confirmed', comment: null }, mechanic);
    await actions.act(acme.tenant, alarmId, { kind: 'mark-repaired', comment: 'new gasket' }, mechanic);
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.close()));
    await receiver.close();
    await admin.close();
    await database.drop();
  });

  it('is verified after four hours of comparable load without a sign of the leak', async () => {
    await acme.detect('leak-1', { state: 'closed', closedAt: after(0.6) });
    await acme.detect('stop', {
      insight: 'segment-transient',
      state: 'closed',
      onsetAt: after(1),
      closedAt: after(2),
      positionM: null,
    });
    await watched(4.8);
    await delay(700);
    expect(await alarms()).toMatchObject([{ leakPhase: 'repaired', condition: 'cleared' }]);
    await watched(5);
    expect(await alarmIn('verified')).toMatchObject({ outcome: 'confirmed', reopened: 0, state: 'normal' });
    expect((await journal()).at(-1)).toMatchObject({
      transition: 'verify',
      userId: null,
      comment:
        'No sign of the leak at 42.5 m in 4.0 h of comparable load since the repair; 1.0 h with another load or without data are not counted.',
    });
    await until('channel told', () => told().includes('alarm.verify'));
    expect(receiver.received.at(-1)?.body).toContain('No sign of the leak at 42.5 m in 4.0 h');
    await delay(500);
    expect(await steps()).toEqual(['raise', 'acknowledge', 'classify', 'repair', 'clear', 'verify']);
    expect(told().filter((event) => event === 'alarm.verify')).toHaveLength(1);
  });

  it('is open again when the leak is still seen an hour later, and somebody must take notice anew', async () => {
    await watched(0.9);
    await delay(500);
    expect(await alarms()).toMatchObject([{ leakPhase: 'repaired', state: 'acknowledged' }]);
    await watched(1.5);
    expect(await alarmIn('detected')).toMatchObject({
      state: 'unacknowledged',
      condition: 'active',
      reopened: 1,
      outcome: null,
      repairedAt: null,
    });
    const [last] = (await journal()).slice(-1);
    expect(last).toMatchObject({ transition: 'reopen', fromState: 'acknowledged', toState: 'unacknowledged' });
    expect(last?.comment).toBe(
      'The leak at 42.5 m was still seen 1.5 h after the repair was reported, 12.3 °C above what is expected.',
    );
    await until('channel told', () => told().includes('alarm.reopen'));
    await delay(500);
    expect(await steps()).toEqual(['raise', 'acknowledge', 'classify', 'repair', 'reopen']);
  });

  it('is open again when the leak comes back: the same alarm, not a second one', async () => {
    await acme.detect('leak-1', { state: 'closed', closedAt: after(0.6) });
    await watched(3);
    await until('alarm cleared', async () => (await alarms())[0]?.condition === 'cleared');
    const back = await acme.detect('leak-2', {
      onsetAt: after(3),
      detectedAt: after(3.1),
      positionM: 43.4,
      excessC: 9,
    });
    const alarm = await alarmIn('detected');
    expect(alarm).toMatchObject({
      detectionId: back.detectionId,
      state: 'unacknowledged',
      reopened: 1,
      title: 'Steam leak on Steam line 3 at 43.4 m ± 1.5 m',
    });
    expect((await journal()).at(-1)?.comment).toMatch(
      /^The leak came back 3\.0 h after the repair: since .* UTC the air at 43\.4 m is 9\.0 °C above what is expected\.$/,
    );
    // Nor by a process that has not heard of it yet.
    const { siteId, kind, title, priority, cause, consequence, action, positionM, lossKgPerHour } = alarm;
    const stale = { siteId, kind, title, priority, cause, consequence, action, positionM, lossKgPerHour };
    const detectionId = alarm.earlierDetectionIds[0] ?? null;
    expect(detectionId).not.toBeNull();
    expect(await new AlarmJournal(admin).raise(acme.tenant, { ...stale, detectionId }, Date.now() * 1000)).toBeNull();
    await acme.detect('leak-2', { state: 'closed', closedAt: after(4) });
    await until('alarm cleared', async () => (await alarms())[0]?.condition === 'cleared');
    await until('channel told', () => told().includes('alarm.reopen'));
    await delay(500);
    expect(await alarms()).toHaveLength(1);
    expect(await steps()).toEqual(['raise', 'acknowledge', 'classify', 'repair', 'clear', 'reopen', 'clear']);
  });

  it('does not mind a leak elsewhere: that one has its own alarm', async () => {
    await acme.detect('leak-1', { state: 'closed', closedAt: after(0.6) });
    await acme.detect('leak-2', { onsetAt: after(3), positionM: 80 });
    await watched(4);
    await alarmIn('verified');
    await until('two alarms', async () => (await alarms()).length === 2);
    expect(await alarms()).toMatchObject([{ leakPhase: 'verified' }, { leakPhase: 'detected', positionM: 80 }]);
  });

  it('fails, is repaired once more and verified, each told once, although the service is killed every time', async () => {
    await Promise.all(running.splice(0).map((service) => service.close()));
    await acme.detect('leak-1', { state: 'closed', closedAt: after(0.3) });
    await killAfter(() => watched(0.5), 60);
    await killAfter(() => acme.detect('leak-2', { onsetAt: after(0.6), detectedAt: after(0.7) }), 30);
    await start();
    const { alarmId } = await alarmIn('detected');
    await Promise.all(running.splice(0).map((service) => service.close()));
    const actions = new AlarmActions(admin);
    const mechanic = { userId: 1, at: after(1) };
    await actions.act(acme.tenant, alarmId, { kind: 'acknowledge', comment: null }, mechanic);
    await actions.act(acme.tenant, alarmId, { kind: 'set-outcome', finding: 'confirmed', comment: null }, mechanic);
    await actions.act(acme.tenant, alarmId, { kind: 'mark-repaired', comment: 'clamp' }, mechanic);
    await acme.detect('leak-2', { state: 'closed', closedAt: after(1.2) });
    await killAfter(() => watched(5.5), 20);
    await start();
    await alarmIn('verified');
    await until('channel told', () => told().includes('alarm.verify'));
    await delay(500);
    expect(await alarms()).toHaveLength(1);
    const done = await steps();
    for (const step of ['raise', 'reopen', 'verify']) expect(done.filter((one) => one === step)).toHaveLength(1);
    // A kill between the call and its record repeats the call under the same id: the receiver can tell.
    const ids = receiver.received.map(({ body }) => JSON.parse(body)).map(({ event, id }) => `${event} ${id}`);
    for (const event of ['alarm.reopen ', 'alarm.verify '])
      expect(new Set(ids.filter((id) => id.startsWith(event))).size).toBe(1);
  }, 60_000);
});
