import { pickColumns, sliceColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { extremesPerPixel, largestTriangles } from './downsample.js';
import { readSamples } from './read-samples.js';
import { tagRuns } from './sample-order.js';
import type { Curve, Thinning, TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

/** First, lowest, highest, last. */
const EXTREMES = 4;

/** Samples of each tag for a chart: all, or about `most` of them. */
export async function readCurves(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
  { most, thinning }: { readonly most: number; readonly thinning: Thinning },
): Promise<Curve[]> {
  const columns = await readSamples(query, tenant, tagIds, range);
  return tagRuns(columns).map(({ tagId, from, to }): Curve => {
    const samples = sliceColumns(columns, from, to);
    const total = to - from;
    if (total <= most) return { tagId, samples, total };
    const kept = thinning === 'triangles' ? largestTriangles(samples, most) : extremesPerPixel(samples, range, Math.max(1, Math.floor(most / EXTREMES)));
    return { tagId, samples: pickColumns(samples, kept), total };
  });
}
