import { DataValue } from 'node-opcua-data-value';
import { HistoryData, HistoryReadResult, ReadRawModifiedDetails, type HistoryReadDetails } from 'node-opcua-service-history';
import { StatusCodes, type StatusCode } from 'node-opcua-status-code';
import { DataType, Variant } from 'node-opcua-variant';
import type { TimeUs } from '@telltale/tag-sample';
import type { PlantSample, TagHistory } from '../history/tag-history.js';
import { opcUaStatus } from './opcua-status.js';

/** Values in one answer, whatever the client asks for. */
const MAX_PAGE = 10_000;
const CONTINUATION_BYTES = 8;

const minTime = Date.UTC(1601, 0, 1);
const usOf = (time: Date | null): TimeUs | undefined => (time === null || time.getTime() <= minTime ? undefined : time.getTime() * 1000);

const refused = (statusCode: StatusCode): HistoryReadResult => new HistoryReadResult({ statusCode });

const dataValue = (sample: PlantSample, dataType: DataType): DataValue =>
  new DataValue({
    value: Number.isNaN(sample.value) ? new Variant({ dataType: DataType.Null }) : new Variant({ dataType, value: sample.value }),
    statusCode: opcUaStatus(sample.status),
    sourceTimestamp: new Date(sample.sourceTimeUs / 1000),
    serverTimestamp: new Date(sample.sourceTimeUs / 1000),
  });

/**
 * HistoryRead raw, forwards only (OPC UA Part 11 §6.4.3). The continuation point is the time at which the next page begins:
 * it needs no memory in the server and survives a restart.
 */
export function readRawHistory(
  history: TagHistory,
  dataType: DataType,
  details: HistoryReadDetails,
  continuationPoint: Buffer | null | undefined,
  releases: boolean,
): HistoryReadResult {
  if (!(details instanceof ReadRawModifiedDetails) || details.isReadModified) return refused(StatusCodes.BadHistoryOperationUnsupported);
  if (releases) return new HistoryReadResult({ statusCode: StatusCodes.Good });
  const startUs = usOf(details.startTime);
  const endUs = usOf(details.endTime) ?? Number.POSITIVE_INFINITY;
  if (startUs === undefined || endUs < startUs) return refused(StatusCodes.BadHistoryOperationUnsupported);
  let fromUs = startUs;
  if (continuationPoint && continuationPoint.length > 0) {
    if (continuationPoint.length !== CONTINUATION_BYTES) return refused(StatusCodes.BadContinuationPointInvalid);
    fromUs = continuationPoint.readDoubleLE(0);
    if (!(fromUs >= startUs && fromUs <= endUs)) return refused(StatusCodes.BadContinuationPointInvalid);
  }
  const limit = details.numValuesPerNode > 0 ? Math.min(details.numValuesPerNode, MAX_PAGE) : MAX_PAGE;
  const samples = history.read(fromUs, endUs === startUs ? endUs + 1 : endUs, limit + 1);
  const page = samples.slice(0, limit);
  const next = samples[limit];
  const more = next ? Buffer.alloc(CONTINUATION_BYTES) : undefined;
  if (next) more?.writeDoubleLE(next.sourceTimeUs, 0);
  return new HistoryReadResult({
    statusCode: page.length > 0 ? StatusCodes.Good : StatusCodes.GoodNoData,
    ...(more ? { continuationPoint: more } : {}),
    historyData: new HistoryData({ dataValues: page.map((sample) => dataValue(sample, dataType)) }),
  });
}
