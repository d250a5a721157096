import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { RegistryDatabase } from '@telltale/plant-registry';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, ServedPlants } from '../services/api/test/served-plants.js';
import { showCertificate } from '../services/api/test/shown-certificate.js';
import { barriersOf } from './plant/barriers.js';
import { hasBrowser, openBrowser, signInBy } from './plant/browser.js';

const FILE = 'path;name;endpoint;range_high;address.nodeId\r\nacme/plant/air-temperature-001;Boiler room;plc;120,5;"ns=1;s=T1"\r\nacme/plant/new;=Formula;plc;;"nsu=urn:plc;s=New"\r\n';
const WRONG = `${FILE}acme/plant/Bad;x;plc;much;nowhere\r\nacme/plant/other;x;plcc;;\r\n`;

const withBrowser = hasBrowser ? describe : describe.skip;
if (!hasBrowser) process.stderr.write('SKIPPED onboarding in the browser: there is no chromium.\n');

/** An administrator brings tags in, approves a device, and is told why a value is missing. */
withBrowser('onboarding', () => {
  let plants: ServedPlants;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    plants = await ServedPlants.open();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
    await signInBy(page, plants.url, plants.acme.people.admin.email, PASSWORD);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await plants?.close();
  });

  const open = async (path: string): Promise<void> => void (await page.goto(`${plants.url}/plants/plant${path}`));
  const choose = async (text: string | Buffer): Promise<void> => {
    await page.locator('input[type="file"]').setInputFiles({ name: 'tags.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.getByTestId('import-plan').waitFor();
  };

  test('a file with problems is explained row by row, a right one is applied as seen', async () => {
    await open('/tags');
    await page.getByRole('link', { name: 'Import or export' }).click();
    await choose(WRONG);
    const problems = page.getByTestId('import-problem');
    expect(await problems.allInnerTexts()).toEqual([expect.stringMatching(/^4\tpath/), expect.stringMatching(/^5\tendpoint/)]);
    expect(await page.getByRole('button', { name: 'Apply the changes' }).count()).toBe(0);
    expect(await barriersOf(page)).toEqual([]);

    await choose(FILE);
    await page.getByRole('button', { name: 'Apply the changes' }).waitFor();
    expect(await page.getByTestId('import-problem').count()).toBe(0);
    await page.getByText('Changed 1', { exact: true }).click();
    expect(await page.getByTestId('import-row').innerText()).toMatch(/range_high.*120\.5/s);
    expect(await barriersOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply the changes' }).click();
    expect(await page.getByTestId('import-applied').innerText()).toContain('1 added, 1 changed, 0 retired');

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV', exact: true }).click()]);
    const exported = readFileSync(await download.path(), 'utf8');
    expect([download.suggestedFilename(), exported.includes("'=Formula"), exported.includes('Boiler room')]).toEqual(['plant-tags.csv', true, true]);
  }, 60_000);

  test('a tag without data says why, and leads to the certificate', async () => {
    // A gateway that has not reported for 30 s would be the cause itself.
    const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
    await showCertificate(owner, plants.acme.plant, new Date());
    await owner.close();
    await open('/tags?filter=air-temperature-002');
    await page.getByTestId('tag-row').getByRole('link').first().click();
    const cause = page.getByTestId('data-path').locator('li.cause');
    expect(await cause.getAttribute('data-code')).toBe('CERTIFICATE_UNTRUSTED');
    const newest = page.getByTestId('calendar-row').first();
    expect(await newest.getAttribute('data-running')).toBe('true');
    expect(await newest.innerText()).toContain('running');
    expect(await barriersOf(page)).toEqual([]);
    await cause.getByRole('link', { name: 'To the trust inbox' }).click();

    const certificate = page.getByTestId('certificate');
    expect(await certificate.innerText()).toContain('CN=plc-17');
    expect(await barriersOf(page)).toEqual([]);
    await certificate.getByRole('button', { name: /^Trust/ }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Trust', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/I have compared/).press('Space');
    await confirm.press('Enter');
    await page.locator('[data-testid="certificate"][data-decision="TRUSTED"]').waitFor({ state: 'attached' });
  }, 60_000);

  test('others see no import and decide nothing', async () => {
    const other = await browser.newContext({ locale: 'de-DE' });
    const viewer = await other.newPage();
    await signInBy(viewer, plants.url, plants.acme.people.viewer.email, PASSWORD);
    await viewer.goto(`${plants.url}/plants/plant/tags/import`);
    await viewer.getByText('Messstellen werden von der Administration importiert').waitFor();
    await viewer.goto(`${plants.url}/plants/plant/tags`);
    await viewer.getByTestId('tag-row').first().waitFor();
    expect(await viewer.getByRole('link', { name: 'Import und Export' }).count()).toBe(0);
    await other.close();
  }, 60_000);
});
