import { Injectable } from '@nestjs/common';
import type { Bookmarks, Lane, SpoolEntry } from '@telltale/edge-spool';
import { emptyColumns, encodeBatch, sliceColumns, type ContinuityRow, type SampleColumns, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import { GatewayPremises } from '../gateway-premises.js';
import { Pulse } from '../pulse.js';
import { SpoolRoom } from './spool-room.js';

export const BATCH_SAMPLES = 5_000;

/** Gives the bookmarks that must be saved together with the samples of an endpoint. */
export type Bookkeeper = () => Bookmarks;

/** Collects live samples in columns and puts them into the spool every second or every 5 000 samples. */
@Injectable()
export class SampleCollector {
  private readonly columns: SampleColumns = emptyColumns(BATCH_SAMPLES);
  private count = 0;
  private oldestUs = Infinity;
  private newestUs = -Infinity;
  private continuity: ContinuityRow[] = [];
  private readonly touched = new Set<number>();
  private readonly bookkeepers = new Map<number, Bookkeeper>();
  private readonly pulse: Pulse;
  /** Set as soon as a configuration is known. */
  gatewayId = 0;
  samples = 0;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly room: SpoolRoom,
  ) {
    this.pulse = new Pulse(premises.settings.FLUSH_INTERVAL_MS, () => this.flushSafely());
  }

  start(): void {
    this.pulse.start();
  }

  /** Nothing collected is left behind. */
  async stop(): Promise<void> {
    await this.pulse.stop();
    this.flush();
  }

  keepBooks(endpointId: number, bookkeeper: Bookkeeper | null): void {
    if (bookkeeper) this.bookkeepers.set(endpointId, bookkeeper);
    else this.bookkeepers.delete(endpointId);
  }

  add(endpointId: number, tagId: number, value: number, sourceTimeUs: TimeUs, serverTimeUs: TimeUs, status: StatusCode): void {
    const at = this.count++;
    this.columns.tagIds[at] = tagId;
    this.columns.values[at] = value;
    this.columns.sourceTimesUs[at] = sourceTimeUs;
    this.columns.serverTimesUs[at] = serverTimeUs;
    this.columns.statuses[at] = status;
    if (sourceTimeUs < this.oldestUs) this.oldestUs = sourceTimeUs;
    if (sourceTimeUs > this.newestUs) this.newestUs = sourceTimeUs;
    this.touched.add(endpointId);
    this.samples++;
    if (this.count === BATCH_SAMPLES) this.flushSafely();
  }

  /** The row travels behind everything collected before it. */
  declare(endpointId: number, row: ContinuityRow): void {
    if (row.tagIds.length === 0 || row.toUs <= row.fromUs) return;
    this.continuity.push(row);
    this.touched.add(endpointId);
  }

  flush(): void {
    if (this.count === 0 && this.continuity.length === 0) return;
    const { columns, count, continuity } = this;
    const bookmarks: Record<string, string | null> = {};
    for (const endpointId of this.touched) Object.assign(bookmarks, this.bookkeepers.get(endpointId)?.());
    const subjects = [...this.touched].sort((a, b) => a - b);
    const fromUs = Math.min(this.oldestUs, ...continuity.map((row) => row.fromUs));
    const toUs = Math.max(this.newestUs + 1, ...continuity.map((row) => row.toUs));
    this.count = 0;
    this.oldestUs = Infinity;
    this.newestUs = -Infinity;
    this.continuity = [];
    this.touched.clear();
    const entry = spoolEntry('live', this.gatewayId, count === BATCH_SAMPLES ? columns : sliceColumns(columns, 0, count), continuity, subjects, fromUs, toUs);
    this.room.append([entry], bookmarks);
  }

  /** `flush` for callers that can't handle an error: it is logged. */
  flushSafely(): void {
    try {
      this.flush();
    } catch (error) {
      this.premises.logger.error({ err: error }, 'Collected samples could not be put into the spool.');
    }
  }
}

/** A batch as it waits in the spool: its number comes when it is sent. */
export function spoolEntry(
  lane: Lane,
  gatewayId: number,
  samples: SampleColumns,
  continuity: readonly ContinuityRow[],
  subjects: readonly number[],
  fromUs: TimeUs,
  toUs: TimeUs,
): SpoolEntry {
  const bytes = encodeBatch({ identity: { gatewayId, epoch: 0, seq: 1 }, samples, continuity });
  return { lane, bytes, samples: samples.tagIds.length, fromUs, toUs, subjects };
}
