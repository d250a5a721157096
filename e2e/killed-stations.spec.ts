import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { LineState } from '@telltale/plant-simulator';
import { RegistryDatabase, TagRepository } from '@telltale/plant-registry';
import { backends } from './plant/backends.js';
import { Platform, type SeededSite } from './plant/platform.js';
import { until } from './plant/until.js';
import { FLAWLESS, verdictOf, type TrueSample, type Verdict } from './plant/verdict.js';

/** Every station may be killed at any moment: nothing is lost, nothing is there twice. */
describe.each(backends(['postgres', 'redis']))('stations killed with -9, queue on %s', (queue) => {
  let platform: Platform;
  let fromUs: number;

  beforeAll(async () => {
    platform = await Platform.start({ queue, plants: { STEAM_HISTORY_DAYS: '0', LINE_HISTORY_DAYS: '0' } });
    await until('samples of both tenants', 60_000, async () => (await Promise.all(['acme', 'globex'].map((tenant) => newestUs(tenant)))).every((time) => time > 0));
    fromUs = platform.plants.clock.now() + 5e6;
    keepLinesBusy();
    await pause(10_000);
  }, 180_000);

  afterAll(async () => {
    await platform?.stop();
  }, 60_000);

  /** Line tags speak on change only: every second another state on each line. */
  function keepLinesBusy(): void {
    const { pune, clock } = platform.plants;
    const states = [LineState.Jam, LineState.Blocked, LineState.Starved];
    for (const line of ['line-1', 'line-2']) {
      for (let second = 0; second < 110; second++) pune?.control.stopLine(line, states[second % states.length] ?? LineState.Jam, 1 / 60, clock.now() + 6e6 + second * 1e6);
    }
  }

  async function newestUs(tenant: string): Promise<number> {
    const site = platform.site(tenant);
    const latest = await platform.series.latest(site.tenant, [...(await tagIds(site)).values()]);
    return Math.max(0, ...latest.map(({ sourceTimeUs }) => sourceTimeUs));
  }

  /** Tags whose samples carry the device's own time, so that truth and store can be compared sample by sample. */
  async function tagIds({ tenant, layout }: SeededSite): Promise<ReadonlyMap<string, number>> {
    const paths = layout.tags.filter(({ endpoint }) => endpoint === 'opcua').map(({ path }) => path);
    const registry = await RegistryDatabase.open(platform.database.urls.telltale_api, { maxConnections: 1 });
    const tags = await new TagRepository(registry).byPaths(tenant, paths);
    await registry.close();
    return new Map(tags.map(({ path, tagId }) => [path, tagId]));
  }

  async function verdict(tenant: string, toUs: number): Promise<Verdict> {
    const site = platform.site(tenant);
    const plant = tenant === 'acme' ? platform.plants.ludwigshafen : platform.plants.pune;
    const truth = plant?.groundTruth();
    const expected = new Map<number, readonly TrueSample[]>();
    for (const [path, tagId] of await tagIds(site)) expected.set(tagId, truth?.samples(path, fromUs, toUs) ?? []);
    return verdictOf(platform.series, site.tenant, expected, fromUs, toUs);
  }

  test('gateway, ingest and historian in turn, under load', async () => {
    for (const name of ['acme gateway', 'ingest', 'historian', 'globex gateway', 'historian', 'ingest']) {
      const service = platform.service(name);
      await pause(1_000 + Math.random() * 2_000);
      await service.kill();
      await pause(1_000);
      await service.start();
    }
    await pause(6_000);
    const toUs = platform.plants.clock.now();
    for (const tenant of ['acme', 'globex']) {
      const result = await until(`${tenant}: everything arrived`, 90_000, async () => {
        const seen = await verdict(tenant, toUs);
        return seen.lost === 0 ? seen : null;
      }, 1_000).catch(() => verdict(tenant, toUs));
      process.stdout.write(`  ${tenant}: ${result.expected} samples, lost ${result.lost}, duplicated ${result.duplicated}, unexpected ${result.unexpected}\n`);
      expect(result).toMatchObject(FLAWLESS);
      expect(result.expected).toBeGreaterThan(tenant === 'acme' ? 1_000 : 50);
    }
  }, 300_000);
});
