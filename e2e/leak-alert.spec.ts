import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoAccounts } from '@telltale/standalone';
import type { Browser, Page } from 'playwright-core';
import type { ApiClient } from './plant/api-client.js';
import { hasBrowser, openBrowser, signInBy } from './plant/browser.js';
import { backends } from './plant/backends.js';
import { PASSWORD, Platform } from './plant/platform.js';
import { until } from './plant/until.js';

const SPEED = 20;
const MINUTE_US = 60e6;
const SAMPLE_PERIOD_S = 5;
const LEAKS = `query($site: ID!) { leakAlerts(siteId: $site, states: [DETECTED, ACKNOWLEDGED, ASSIGNED, CONFIRMED, REPAIRED, GONE]) {
  id state onsetAt detectedAt excessC place { positionM plusMinusM } pipeRun { slug } loss { kgPerHour formula completeness } alarm { id raisedAt state allowedActions } } }`;

interface LeakAlert {
  readonly id: string;
  readonly state: string;
  readonly onsetAt: string;
  readonly detectedAt: string;
  readonly place: { readonly positionM: number; readonly plusMinusM: number };
  readonly pipeRun: { readonly slug: string };
  readonly loss: { readonly kgPerHour: number; readonly formula: string; readonly completeness: number };
  readonly alarm: { readonly id: string; readonly raisedAt: string; readonly state: string; readonly allowedActions: readonly string[] };
}

/** A mechanic sees a leak within minutes, to the metre, without reloading the page. Plant time runs 20 times as fast until it has caught up. */
describe.each(backends(['postgres']))('leak alert, queue on %s', (queue) => {
  let platform: Platform;
  let crew: ApiClient;
  let siteId: string;
  let browser: Browser | undefined;
  let page: Page | undefined;
  const startUs = (Date.now() - 75 * 60_000) * 1000;
  const wallStartMs = { at: 0 };

  const leakAlerts = async (): Promise<readonly LeakAlert[]> => (await crew.ask<{ leakAlerts: readonly LeakAlert[] }>(LEAKS, { site: siteId })).leakAlerts;

  beforeAll(async () => {
    wallStartMs.at = Date.now();
    platform = await Platform.start({
      queue,
      plants: { PLANT_START: new Date(startUs / 1000).toISOString(), PLANT_SPEED: String(SPEED), STEAM_HISTORY_DAYS: '1', LINE_HISTORY_DAYS: '0' },
      services: { insights: { WARM_UP_DAYS: '1', BACKFILL_QUIET_SECONDS: '2' } },
    });
    crew = await platform.signIn('acme', 'maintenance');
    siteId = (await crew.ask<{ sites: readonly { id: string }[] }>('{ sites { id } }')).sites[0]?.id ?? '';
    await until('history is read', 150_000, async () => {
      const { site } = await crew.ask<{ site: { backfill: unknown; pipeRuns: { sensors: { expected: number | null }[] }[] } }>('query($id: ID!) { site(id: $id) { backfill { progress } pipeRuns { sensors { expected } } } }', { id: siteId });
      return site.backfill === null && site.pipeRuns.every(({ sensors }) => sensors.filter(({ expected }) => expected !== null).length > sensors.length / 2);
    });
    if (hasBrowser) {
      browser = await openBrowser();
      page = await browser.newPage();
      await signInBy(page, platform.apiUrl, demoAccounts('acme').find(({ role }) => role === 'maintenance')?.email ?? '', PASSWORD);
      await page.goto(`${platform.apiUrl}/plants/ludwigshafen/leaks`);
    }
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  }, 60_000);

  test('a leak of 12 °C becomes exactly one alert, in time and in place', async () => {
    const before = await leakAlerts();
    expect(before).toEqual([]);
    const steam = platform.plants.ludwigshafen;
    const run = steam?.layout.pipeRuns[1];
    if (steam === undefined || run === undefined) throw new Error('no steam plant');
    const positionM = Math.round(run.lengthM * 0.4 * 10) / 10;
    const leak = steam.control.startLeak({ pipeRun: run.slug, positionM, amplitudeC: 12 });

    const alert = await until('the alert', 120_000, async () => (await leakAlerts())[0]);
    const seenAtMs = Date.now();

    expect(alert.pipeRun.slug).toBe(run.slug);
    expect(Math.abs(alert.place.positionM - positionM)).toBeLessThanOrEqual(1.5);
    // The minute that decided was over at detectedAt, in plant time; from there on the platform counts in real seconds.
    const decidedAtMs = wallStartMs.at + (Date.parse(alert.detectedAt) * 1000 - platform.plants.clock.startUs) / 1000 / SPEED;
    const platformDelayS = (seenAtMs - decidedAtMs) / 1000;
    expect(platformDelayS).toBeLessThanOrEqual(2 * SAMPLE_PERIOD_S + 10);
    const detectorDelayMin = (Date.parse(alert.detectedAt) * 1000 - leak.onsetUs) / MINUTE_US;
    expect(detectorDelayMin).toBeLessThanOrEqual(15);
    expect(alert.loss.kgPerHour).toBeGreaterThan(0);
    process.stdout.write(`  leak at ${positionM} m: alert at ${alert.place.positionM.toFixed(2)} ± ${alert.place.plusMinusM.toFixed(2)} m, detector ${detectorDelayMin.toFixed(1)} min, platform ${platformDelayS.toFixed(1)} s\n`);
  }, 150_000);

  (hasBrowser ? test : test.skip)('the open page shows it without a reload', async () => {
    await page?.getByTestId('leak-row').first().waitFor({ timeout: 20_000 });
    expect(await page?.getByTestId('leak-row').count()).toBe(1);
  }, 30_000);

  test('it is acknowledged, assigned and found out; there is still one alert', async () => {
    const [alert] = await leakAlerts();
    if (alert === undefined) throw new Error('no alert');
    const people = await crew.ask<{ assignablePeople: readonly { id: string }[] }>('{ assignablePeople { id } }');
    await crew.ask('mutation($id: ID!) { acknowledgeAlarm(alarmId: $id, comment: "on my way") { state } }', { id: alert.alarm.id });
    await crew.ask('mutation($id: ID!, $person: ID!) { assignAlarm(alarmId: $id, personId: $person) { state } }', { id: alert.alarm.id, person: people.assignablePeople[0]?.id });
    await crew.ask('mutation($id: ID!) { setAlarmOutcome(alarmId: $id, outcome: CONFIRMED_LEAK) { outcome } }', { id: alert.alarm.id });
    const after = await leakAlerts();
    expect(after.map(({ state }) => state)).toEqual(['CONFIRMED']);
    const journal = await crew.ask<{ alarm: { history: readonly { transition: string }[] } }>('query($id: ID!) { alarm(id: $id) { history { transition } } }', { id: alert.alarm.id });
    expect(journal.alarm.history.map(({ transition }) => transition)).toEqual(['raise', 'acknowledge', 'assign', 'classify']);
  }, 30_000);
});
