import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { PipeSensor } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import type { TimeRange } from '@telltale/time-series';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import type { Sample } from '../tags/series.type.js';
import { rangeOf, samplesOf } from '../tags/series.resolver.js';
import { continuityOf, microsOf, tagOf, timeOf } from '../tags/tag-mapping.js';
import { Quality } from '../tags/tag.type.js';
import { sensorFigures } from '../plant/sensor-figures.js';
import type { LeakAlertFields } from './leak-alert-reader.js';
import { meansOf } from './evidence-means.js';
import { evidenceWindow } from './evidence-window.js';
import { EvidenceRole, type EvidenceSeries, type LeakEvidence } from './leak-alert.type.js';

const MINUTE_S = 60;
const NEIGHBOURS_EACH_SIDE = 4;
const POINTS = 600;

/** What the detector wrote into the detection, per sensor at the last revision. */
const Written = z.object({
  summary: z.string().optional(),
  thresholdC: z.number().nullable().optional(),
  expectedSeries: z.array(z.tuple([z.number(), z.number().nullable()])).optional(),
});

type Evidence = z.infer<typeof Written>;

/** The measured curves around a leak, with what was expected there. */
@Injectable()
export class EvidenceReader {
  constructor(private readonly data: PlantData) {}

  async read(
    tenant: TenantContext,
    alert: LeakAlertFields,
    wanted: { readonly from: Date | null; readonly to: Date | null },
    { loaders }: RequestContext,
  ): Promise<LeakEvidence> {
    const { from, to, bucketSeconds } = evidenceWindow(alert, wanted, new Date());
    const range = rangeOf(from, to);
    const sensors = around(await this.data.pipeRuns.sensors(tenant, [alert.pipeRunId]), alert.place.positionM);
    const nearest = nearestTo(sensors, alert.place.positionM);
    const tagIds = sensors.map(({ tagId }) => tagId);
    const [points, tags, continuity, completeness] = await Promise.all([
      bucketSeconds === null ? this.samples(tenant, tagIds, range) : this.means(tenant, tagIds, range, bucketSeconds),
      loaders ? loaders.tag.loadMany(tagIds) : [],
      nearest ? this.data.series.continuity(tenant, [nearest.tagId], range) : [],
      nearest ? this.completeness(tenant, nearest.tagId, range, bucketSeconds ?? MINUTE_S) : 0,
    ]);
    const measured = sensors.map((sensor, index): EvidenceSeries => {
      const tag = tags[index];
      return {
        role: sensor === nearest ? EvidenceRole.SENSOR : EvidenceRole.NEIGHBOUR,
        tag: tag && !(tag instanceof Error) ? tagOf(tag) : null,
        positionM: sensor.positionM,
        points: points.get(sensor.tagId) ?? [],
      };
    });
    const written = Written.catch({}).parse(alert.detection.evidence);
    return {
      from: timeOf(range.fromUs),
      to: timeOf(range.toUs),
      summary: written.summary ?? summaryOf(alert),
      unit: '°C',
      series: [...measured, ...computed(await this.upToNow(tenant, alert, written, nearest), range)],
      continuity: continuity.map(continuityOf),
      completeness,
    };
  }

  /** An evidence is written when the leak changes; the detector's expectation of now leads the line on. */
  private async upToNow(tenant: TenantContext, alert: LeakAlertFields, written: Evidence, nearest: PipeSensor | undefined): Promise<Evidence> {
    const checkpoint = alert.closedAt === null && nearest ? await this.data.pipeRuns.checkpoint(tenant, 'steam-leak', alert.pipeRunId) : null;
    const expected = nearest && sensorFigures(checkpoint?.state ?? null).get(nearest.tagId)?.expected;
    if (!checkpoint?.processedThrough || typeof expected !== 'number') return written;
    const nowUs = microsOf(checkpoint.processedThrough);
    const series = (written.expectedSeries ?? []).filter(([timeUs]) => timeUs < nowUs);
    return { ...written, expectedSeries: [...series, [nowUs, expected]] };
  }

  private async samples(tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<ReadonlyMap<number, Sample[]>> {
    const found = await this.data.series.curves(tenant, tagIds, range, POINTS, 'extremes');
    return new Map(found.map(({ tagId, samples }) => [tagId, samplesOf(samples)]));
  }

  private async means(tenant: TenantContext, tagIds: readonly number[], range: TimeRange, bucketSeconds: number): Promise<ReadonlyMap<number, Sample[]>> {
    const found = await this.data.series.bucketsOfTags(tenant, tagIds, range, bucketSeconds);
    return new Map(found.map(({ tagId, buckets }) => [tagId, meansOf(buckets, range)]));
  }

  private async completeness(tenant: TenantContext, tagId: number, range: TimeRange, bucketSeconds: number): Promise<number> {
    const buckets = await this.data.series.buckets(tenant, tagId, range, bucketSeconds);
    const covered = buckets.reduce((sum, bucket) => sum + bucket.completeness * bucketSeconds * 1e6, 0);
    return Math.min(1, covered / (range.toUs - range.fromUs));
  }
}

function nearestTo(sensors: readonly PipeSensor[], positionM: number): PipeSensor | undefined {
  return sensors.toSorted((a, b) => Math.abs(a.positionM - positionM) - Math.abs(b.positionM - positionM))[0];
}

function around(sensors: readonly PipeSensor[], positionM: number): PipeSensor[] {
  const nearest = nearestTo(sensors, positionM);
  const index = nearest ? sensors.indexOf(nearest) : 0;
  return sensors.slice(Math.max(0, index - NEIGHBOURS_EACH_SIDE), index + NEIGHBOURS_EACH_SIDE + 1);
}

function computed({ expectedSeries, thresholdC }: Evidence, range: TimeRange): EvidenceSeries[] {
  const inRange = (expectedSeries ?? []).filter(([timeUs]) => timeUs >= range.fromUs && timeUs < range.toUs);
  const points = (offset: number): Sample[] =>
    inRange.map(([timeUs, value]) => ({ time: timeOf(timeUs), value: value === null ? null : value + offset, quality: Quality.GOOD, status: 'Good' }));
  if (inRange.length === 0) return [];
  const expected = { role: EvidenceRole.EXPECTED, tag: null, positionM: null, points: points(0) };
  if (thresholdC === undefined || thresholdC === null) return [expected];
  return [expected, { role: EvidenceRole.THRESHOLD, tag: null, positionM: null, points: points(thresholdC) }];
}

const summaryOf = ({ excessC, place }: LeakAlertFields): string =>
  `The air at ${place.positionM.toFixed(1)} m is ${excessC.toFixed(1)} °C warmer than its neighbours along the pipe say it should be.`;
