import {
  HistoryData, HistoryReadRequest, ReadRawModifiedDetails, TimestampsToReturn, type ClientSession, type HistoryReadResult,
} from 'node-opcua-client';
import { TemporaryError, type Observation } from '@telltale/connector-sdk';
import { Status, type TimeUs } from '@telltale/tag-sample';
import { elementOf } from './index-range.js';
import { parseNodeReference } from './opcua.address.js';
import { explain } from './opcua.errors.js';
import type { NamespaceTable } from './namespace-table.js';
import type { OpcUaSettings } from './opcua.settings.js';
import { decodeStructures, isEncoded } from './structure-types.js';
import type { OpcUaTag } from './tag-subscription.js';
import { observationOf } from './tag-value.js';
import { timeUs } from './value-decoder.js';

/** A server that keeps answering with continuation points and no values is cut off here. */
const MAX_PAGES = 100_000;
const MAX_EMPTY_PAGES = 20;
/** Before any device: a server takes 1601 for "not given" (Part 6 §5.2.2.5). */
const EARLIEST = new Date(0);

/**
 * Raw values of one node in [fromUs, toUs), oldest first, page by page (Part 11 §6.4.3). Continuation points are
 * released when the reader stops early.
 * @throws ConfigurationError `opcua.history-not-kept`, TemporaryError for the network.
 */
export async function* readRawHistory(
  session: ClientSession, namespaces: NamespaceTable, tag: OpcUaTag, fromUs: TimeUs, toUs: TimeUs, settings: OpcUaSettings,
): AsyncIterable<readonly Observation[]> {
  const reference = parseNodeReference(tag.address.nodeId);
  const nodeId = reference && namespaces.resolve(reference);
  if (nodeId === undefined) throw explain(tag.tagPath, new Error('BadNodeIdUnknown'));
  const page = new HistoryPages(session, nodeId, tag, fromUs, toUs, settings.historyPageSize);
  let empty = 0;
  try {
    for (let count = 0; count < MAX_PAGES; count++) {
      const observations = await page.next();
      if (observations === undefined) return;
      empty = observations.length === 0 ? empty + 1 : 0;
      if (empty > MAX_EMPTY_PAGES) throw new TemporaryError('opcua.history-endless', tag.tagPath, 'the server keeps promising history and sends none', 'Check the historian of the server.');
      if (observations.length > 0) yield observations;
    }
  } catch (error) {
    throw explain(tag.tagPath, error);
  } finally {
    await page.release();
  }
}

/**
 * The last value before a time, by reading one value backwards (Part 11 §6.4.3: the end lies before the start). Not by
 * `returnBounds`, which not every server honours. Undefined where there is none or the server does not read backwards.
 */
export async function valueBefore(
  session: ClientSession, namespaces: NamespaceTable, tag: OpcUaTag, atUs: TimeUs,
): Promise<Observation | undefined> {
  const reference = parseNodeReference(tag.address.nodeId);
  const nodeId = reference && namespaces.resolve(reference);
  if (nodeId === undefined) throw explain(tag.tagPath, new Error('BadNodeIdUnknown'));
  const node = { nodeId, ...elementOf(tag.address) };
  const ask = (continuationPoint?: Buffer) =>
    session.historyRead(
      new HistoryReadRequest({
        historyReadDetails: new ReadRawModifiedDetails({
          isReadModified: false, startTime: new Date(Math.ceil(atUs / 1000) - 1), endTime: EARLIEST, numValuesPerNode: 1, returnBounds: false,
        }),
        nodesToRead: [{ ...node, ...(continuationPoint && { continuationPoint }) }],
        releaseContinuationPoints: continuationPoint !== undefined,
        timestampsToReturn: TimestampsToReturn.Both,
      }),
    );
  try {
    const [result] = (await ask()).results ?? [];
    if (result?.continuationPoint?.length) await ask(result.continuationPoint).catch(() => undefined);
    const [data] = result?.historyData instanceof HistoryData ? (result.historyData.dataValues ?? []) : [];
    const sourceTimeUs = data && timeUs(data.sourceTimestamp, data.sourcePicoseconds);
    if (!data || sourceTimeUs === undefined || sourceTimeUs >= atUs) return undefined;
    await decodeStructures(session, [data].filter(isEncoded));
    return observationOf(tag, data);
  } catch (error) {
    throw explain(tag.tagPath, error);
  }
}

class HistoryPages {
  private continuationPoint: Buffer | undefined;
  private started = false;

  constructor(
    private readonly session: ClientSession,
    private readonly nodeId: string,
    private readonly tag: OpcUaTag,
    private readonly fromUs: TimeUs,
    private readonly toUs: TimeUs,
    private readonly pageSize: number,
  ) {}

  /** Undefined at the end. */
  async next(): Promise<readonly Observation[] | undefined> {
    if (this.started && this.continuationPoint === undefined) return undefined;
    const result = await this.ask(false);
    this.started = true;
    this.continuationPoint = result?.continuationPoint?.length ? result.continuationPoint : undefined;
    const status = (result?.statusCode.value ?? Status.BadNoCommunication) >>> 0;
    if (status >>> 31 === 1 && status !== Status.BadNoData) throw new Error(result?.statusCode.toString() ?? 'no answer');
    const { historyData } = result ?? {};
    if (!(historyData instanceof HistoryData)) return [];
    await decodeStructures(this.session, (historyData.dataValues ?? []).filter(isEncoded));
    return (historyData.dataValues ?? []).flatMap((data) => {
      const sourceTimeUs = timeUs(data.sourceTimestamp, data.sourcePicoseconds);
      // The request has milliseconds only, and servers differ about the end: the half-open range is ours.
      if (sourceTimeUs === undefined || sourceTimeUs < this.fromUs || sourceTimeUs >= this.toUs) return [];
      return [observationOf(this.tag, data)];
    });
  }

  async release(): Promise<void> {
    if (this.continuationPoint === undefined) return;
    await this.ask(true).catch(() => undefined);
    this.continuationPoint = undefined;
  }

  private async ask(releaseContinuationPoints: boolean): Promise<HistoryReadResult | undefined> {
    const request = new HistoryReadRequest({
      historyReadDetails: new ReadRawModifiedDetails({
        isReadModified: false,
        startTime: new Date(Math.floor(this.fromUs / 1000)),
        endTime: new Date(Math.ceil(this.toUs / 1000)),
        numValuesPerNode: this.pageSize,
        returnBounds: false,
      }),
      nodesToRead: [
        {
          nodeId: this.nodeId,
          ...elementOf(this.tag.address),
          ...(this.continuationPoint && { continuationPoint: this.continuationPoint }),
        },
      ],
      releaseContinuationPoints,
      timestampsToReturn: TimestampsToReturn.Both,
    });
    const response = await this.session.historyRead(request);
    return response.results?.[0];
  }
}
