import { Status, type StatusCode } from '@telltale/tag-sample';
import type { Bucket } from './series-contract.js';

/** Info bits of a status (OPC UA Part 4 §7.39.1, Part 13 §5.3.3): the value was calculated from samples. */
const CALCULATED_BITS = 0x0401;

/**
 * Status of the mean of a bucket as OPC UA Part 13 (§5.4.3.5, Average) gives it with PercentDataGood and PercentDataBad of 100:
 * from the number of samples, not from the time they cover, and without the bit Partial. Uncertain counts as bad.
 */
export function aggregateStatus({ count, goodCount }: Pick<Bucket, 'count' | 'goodCount'>): StatusCode {
  if (goodCount === 0) return Status.BadNoData;
  return (goodCount < count ? Status.UncertainDataSubNormal : Status.Good) | CALCULATED_BITS;
}
