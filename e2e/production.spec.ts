import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { ShiftCalendar, type Interval } from '@telltale/plant-calendar';
import { LineState, type LineInterval } from '@telltale/plant-simulator';
import type { ApiClient } from './plant/api-client.js';
import { backends } from './plant/backends.js';
import { Platform } from './plant/platform.js';
import { until } from './plant/until.js';

const LINE = 'line-1';
const MICRO_STOP_US = 300e6;

interface ShiftAnswer {
  readonly shift: { readonly start: string; readonly end: string };
  readonly elements: {
    readonly plannedBusyS: number;
    readonly productionS: number;
    readonly setupS: number;
    readonly downtimeS: number;
    readonly unknownS: number;
    readonly goodQuantity: number;
    readonly scrapQuantity: number;
    readonly producedQuantity: number;
  };
  readonly figures: { readonly yield: number | null; readonly completeness: number };
}

const SHIFT = `query($site: ID!) { site(id: $site) { lines { path currentShift { shift { start end } figures { yield completeness }
  elements { plannedBusyS productionS setupS downtimeS unknownS goodQuantity scrapQuantity producedQuantity } } } } }`;

/** Elements of a shift worked out from the machine's own states: short, slow and independent of the product's code. */
function trueTimes(states: readonly LineInterval[], busy: readonly Interval[]): { production: number; setup: number; downtime: number } {
  const sum = { production: 0, setup: 0, downtime: 0 };
  const stopped = (interval: LineInterval | undefined): boolean => interval !== undefined && interval.state !== LineState.Running && interval.state !== LineState.Setup && interval.state !== LineState.Off;
  states.forEach((interval, index) => {
    const seconds = busy.reduce((total, part) => total + Math.max(0, Math.min(part.endUs, interval.endUs) - Math.max(part.startUs, interval.startUs)), 0) / 1e6;
    let [from, to] = [index, index];
    while (stopped(states[from - 1])) from--;
    while (stopped(states[to + 1])) to++;
    const last = busy.at(-1)?.endUs ?? 0;
    const stopLength = Math.min(states[to]?.endUs ?? 0, last) - (states[from]?.startUs ?? 0);
    if (interval.state === LineState.Setup) sum.setup += seconds;
    else if (interval.state === LineState.Running || (stopped(interval) && stopLength < MICRO_STOP_US)) sum.production += seconds;
    else sum.downtime += seconds;
  });
  return sum;
}

/** What the line made, against what the machine knows: across a rollover of the 16-bit counter and a restart of its controller. */
describe.each(backends(['redis']))('production, queue on %s', (queue) => {
  let platform: Platform;
  let manager: ApiClient;
  let siteId: string;

  const shiftOf = async (): Promise<ShiftAnswer | null> => {
    const { site } = await manager.ask<{ site: { lines: readonly { path: string; currentShift: ShiftAnswer | null }[] } }>(SHIFT, { site: siteId });
    return site.lines.find(({ path }) => path.endsWith(LINE))?.currentShift ?? null;
  };

  beforeAll(async () => {
    platform = await Platform.start({
      queue,
      plants: { STEAM_HISTORY_DAYS: '0', LINE_HISTORY_DAYS: '1' },
      services: { insights: { YIELD_REFRESH_SECONDS: '1' } },
      // One shift around the clock and no breaks: the test may run at any hour.
      describe: (layout) => ({ ...layout, shiftPattern: { ...layout.shiftPattern, shifts: [{ name: 'all day', start: '00:00', end: '00:00' }], plannedStops: [] } }),
    });
    manager = await platform.signIn('globex', 'manager');
    siteId = (await manager.ask<{ sites: readonly { id: string }[] }>('{ sites { id } }')).sites[0]?.id ?? '';
    await until('history is read and computed', 150_000, async () => {
      const { site } = await manager.ask<{ site: { backfill: unknown } }>('query($id: ID!) { site(id: $id) { backfill { progress } } }', { id: siteId });
      return site.backfill === null && (await shiftOf());
    });
  }, 240_000);

  afterAll(async () => {
    await platform?.stop();
  }, 60_000);

  test('good, rejected, elements and yield are exactly those of the machine', async () => {
    const pune = platform.plants.pune;
    if (pune === undefined) throw new Error('no packaging plant');
    const { control } = pune;
    // 1 000 items a second turn a 16-bit counter over in 66 seconds.
    control.runLine(LINE, 2, 0.001, 0.04);
    await pause(25_000);
    const restart = control.restartPlc({ line: LINE, downSeconds: 8 });
    await pause((restart.resumeUs - platform.plants.clock.now()) / 1000 + 75_000);
    control.stopLine(LINE, LineState.Jam, 3);
    await pause(8_000);

    const calendar = new ShiftCalendar('Asia/Kolkata', [{ validFrom: '2020-01-01', shifts: [{ name: 'all day', start: '00:00', end: '00:00' }], plannedStops: [] }]);
    const shift = calendar.shiftAt(platform.plants.clock.now());
    if (shift === undefined) throw new Error('no shift');
    const truth = pune.groundTruth();
    const made = truth.production(shift.startUs, platform.plants.clock.now()).filter(({ line }) => line === LINE);
    const good = made.reduce((sum, one) => sum + one.good, 0);
    const reject = made.reduce((sum, one) => sum + one.reject, 0);

    const answer = await until('the figures', 20_000, async () => {
      const found = await shiftOf();
      return found?.elements.goodQuantity === good && found.elements.scrapQuantity === reject ? found : null;
    }).catch(async () => shiftOf());
    expect(answer?.elements.goodQuantity).toBe(good);
    expect(answer?.elements.scrapQuantity).toBe(reject);
    expect(answer?.elements.producedQuantity).toBe(good + reject);
    expect(answer?.figures.yield).toBe(good / (good + reject));

    const untilUs = shift.startUs + Math.round((answer?.elements.plannedBusyS ?? 0) * 1e6);
    const times = trueTimes(truth.states(LINE, shift.startUs, untilUs), [{ startUs: shift.startUs, endUs: untilUs }]);
    // Two declared stretches may meet a microsecond apart.
    expect(answer?.elements.unknownS).toBeLessThan(0.001);
    expect(answer?.elements.productionS).toBeCloseTo(times.production, 2);
    expect(answer?.elements.setupS).toBeCloseTo(times.setup, 2);
    expect(answer?.elements.downtimeS).toBeCloseTo(times.downtime, 2);
    process.stdout.write(`  good ${good}, rejected ${reject}, production ${times.production.toFixed(0)} s: equal\n`);
  }, 300_000);
});
