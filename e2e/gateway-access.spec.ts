import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayEnrolmentRepository, GatewayRepository, RegistryDatabase } from '@telltale/plant-registry';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, ServedPlants } from '../services/api/test/served-plants.js';
import { barriersOf } from './plant/barriers.js';
import { hasBrowser, openBrowser, signInBy } from './plant/browser.js';

const KEY = `ttg_${'k'.repeat(43)}`;

const withBrowser = hasBrowser ? describe : describe.skip;
if (!hasBrowser) process.stderr.write('SKIPPED gateways in the browser: there is no chromium.\n');

/** An administrator sees what a gateway lacks, brings another one in and keeps it out again, and has alarms told elsewhere. */
withBrowser('gateways and webhooks', () => {
  let plants: ServedPlants;
  let ingest: RegistryDatabase;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    plants = await ServedPlants.open({ INGEST_PUBLIC_URL: 'https://ingest.example.com' });
    ingest = await RegistryDatabase.open(plants.database.urls.telltale_ingest);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
    await signInBy(page, plants.url, plants.acme.people.admin.email, PASSWORD);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await ingest?.close();
    await plants?.close();
  });

  const open = async (path: string): Promise<void> => void (await page.goto(`${plants.url}/plants/plant${path}`));

  test('a slave that falls behind is named with its reason, and a wrong clock in a sentence; tags to correct and the changed tree stand below', async () => {
    const { tenant, gateway, endpointId } = plants.acme.plant;
    const now = Date.now();
    const group = (unit: number, achievedPerSecond: number, code: string | null, reason: string | null) => ({ group: `unit ${unit}, every 1000 ms`, scanIntervalMs: 1000, tags: 10, askedPerSecond: 10, achievedPerSecond, code, reason });
    const groups = [
      group(7, 0, 'modbus.unit-silent', 'Unit 7 does not answer; it is only probed until it does.'),
      group(2, 6.2, 'modbus.bus-budget', 'The line is full: its scans need 132 % of its time.'),
      group(1, 10, null, null),
      group(3, 9.8, null, null),
    ];
    const [tag] = plants.acme.plant.tags;
    const tagProblems = { total: 23, first: [{ tagId: tag?.tagId ?? 0, code: 'opcua.whole-structure', reason: 'the address means a whole structure: name one of its members in member (Running, Speed, Mode, Starts, Serviced, RampTime)' }] };
    const first = Array.from({ length: 7 }, (_, i) => ({ change: 'vanished' as const, path: `Boiler house/Line${i}/AVeryLongNameOfAPumpThatSomebodyGaveIt.Motor.Current`, what: null }));
    const modelChange = { baselineUs: (now - 86_400_000) * 1000, comparedUs: now * 1000, appeared: 0, vanished: 7, changed: 1, first: [{ change: 'changed' as const, path: 'Line1/Pump.Speed', what: 'dataType: Double → Int32' }, ...first] };
    const endpoint = { endpointId, state: 'connected' as const, sinceUs: (now - 3_600_000) * 1000, code: null, reason: null, askedPerSecond: 40, achievedPerSecond: 26, groups, tagProblems, modelChange, untrustedCertificate: null };
    const spool = { depthBatches: 12, depthBytes: 345_678, oldestUs: (now - 240_000) * 1000, quarantinedRecords: 0 };
    await new GatewayRepository(ingest).recordStatus(tenant, gateway.gatewayId, { gatewayVersion: '0.1.0', startedAtUs: 0, clockUs: (now - 42_000) * 1000, spool, backfill: null, endpoints: [endpoint] }, new Date(now));
    await open('/connections');
    const panel = page.getByTestId('gateway').first();
    await panel.getByTestId('clock-warning').waitFor();
    expect(await panel.getByTestId('clock-warning').innerText()).toMatch(/42\s+s behind/);
    expect(await panel.getByText('26.0 / 40.0').count()).toBe(1);
    const behind = panel.getByTestId('rate-group').filter({ visible: true });
    expect((await behind.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^unit 7.*0\.0 \/ 10\.0.*Unit 7 does not answer.*modbus\.unit-silent$/),
      expect.stringMatching(/^unit 2.*6\.2 \/ 10\.0.*The line is full/),
    ]);
    await panel.getByText('2 other groups').click();
    expect(await behind.count()).toBe(4);
    const problems = panel.getByTestId('tag-problems');
    expect((await problems.innerText()).replace(/\s+/g, ' ')).toMatch(/23 tags need correction.*air-temperature-001.*a whole structure: name one of its members.*opcua\.whole-structure.*and 22 more/);
    const change = panel.getByTestId('model-change');
    expect((await change.innerText()).replace(/\s+/g, ' ')).toMatch(/^The device’s tree changed: 7 vanished, 1 changed since .*Line1\/Pump\.Speed changed dataType: Double → Int32.*watch\.acceptedAt/);
    expect(await change.getByTestId('model-difference').filter({ visible: true }).count()).toBe(5);
    await change.getByText('and 3 more').click();
    expect(await barriersOf(page)).toEqual([]);
  }, 60_000);

  test('a gateway is invited, enrols once, and is shut out again', async () => {
    await open('/connections');
    await page.getByRole('button', { name: 'Invite a gateway' }).click();
    await page.getByLabel('Name of the gateway').fill('Roof gateway');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const invitation = page.getByTestId('invitation');
    await invitation.waitFor();
    const command = await invitation.getByLabel('Run on the machine of the gateway', { exact: true }).innerText();
    const token = /tte_[\w-]{43}/.exec(command)?.[0] ?? '';
    expect(command).toContain("'https://ingest.example.com'");
    expect(await barriersOf(page)).toEqual([]);
    // It is seen this once: nothing but the button takes it away.
    await page.keyboard.press('Escape');
    await page.waitForTimeout(500);
    expect(await invitation.isVisible()).toBe(true);
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    await page.getByRole('button', { name: 'I have copied it' }).click();

    const panel = page.getByTestId('gateway').filter({ hasText: 'Roof gateway' });
    await panel.getByTestId('gateway-invitation').waitFor();
    expect(await panel.innerText()).toContain('Invited by acme admin');
    // Shut by the reader, it stays shut when something changes.
    await panel.getByTestId('gateway-access').locator('summary').click();
    expect(await page.content()).not.toContain(token);
    const enrolments = new GatewayEnrolmentRepository(ingest);
    expect((await enrolments.redeem(token, KEY, new Date())).outcome).toBe('enrolled');
    expect((await enrolments.redeem(token, `ttg_${'x'.repeat(43)}`, new Date())).outcome).toBe('token-used');

    await panel.getByText('1 valid key').waitFor();
    expect(await panel.getByTestId('gateway-access').getAttribute('open')).toBeNull();
    await open('/connections');
    await panel.getByTestId('gateway-access').locator('summary').click();
    await panel.getByRole('button', { name: 'Ask for a new key' }).click();
    await panel.getByText('the gateway has not done it yet').waitFor();
    await panel.getByRole('button', { name: 'Revoke' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('the only valid key');
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await panel.getByText(/revoked/).waitFor();
    expect(await new GatewayRepository(ingest).identify(KEY)).toBeNull();
    expect(await barriersOf(page)).toEqual([]);
  }, 60_000);

  test('a webhook is refused for its address, added, switched off and removed', async () => {
    await open('/alarms');
    await page.getByRole('link', { name: 'Webhooks' }).click();
    const channel = page.getByTestId('channel').filter({ hasText: 'Maintenance system' });
    const add = async (url: string): Promise<void> => {
      await page.getByLabel('Name').fill('Maintenance system');
      await page.getByLabel('Address').fill(url);
      await page.getByRole('textbox', { name: 'Secret' }).fill('a canary that signs');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    };
    await add('https://10.0.0.1/hook');
    await page.getByText('is not a public address').waitFor();
    await add('https://hooks.example.com/telltale');
    await channel.waitFor();
    expect(await page.content()).not.toContain('canary');
    await channel.getByRole('button', { name: 'Switch off' }).click();
    await page.locator('[data-testid="channel"][data-enabled="false"]').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await channel.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await channel.waitFor({ state: 'detached' });
  }, 60_000);

  test('others see the rates and neither keys nor webhooks', async () => {
    const other = await browser.newContext({ locale: 'de-DE' });
    const manager = await other.newPage();
    await signInBy(manager, plants.url, plants.acme.people.manager.email, PASSWORD);
    await manager.goto(`${plants.url}/plants/plant/connections`);
    await manager.getByTestId('rate-groups').waitFor();
    expect(await manager.getByTestId('model-change').innerText()).toMatch(/Adressbaum des Geräts hat sich geändert: 7 verschwunden, 1 geändert seit/);
    expect(await manager.getByTestId('tag-problems').innerText()).toMatch(/23 Messstellen sind zu korrigieren/);
    expect([await manager.getByTestId('gateway-access').count(), await manager.getByRole('button', { name: 'Gateway einladen' }).count()]).toEqual([0, 0]);
    await manager.goto(`${plants.url}/plants/plant/alarms/webhooks`);
    await manager.getByText('Webhooks werden von der Administration eingerichtet').waitFor();
    await other.close();
  }, 60_000);
});
