import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Observation } from '@telltale/connector-sdk';
import type { SpoolEntry } from '@telltale/edge-spool';
import { emptyColumns, type ContinuityRow, type TimeUs } from '@telltale/tag-sample';
import { BATCH_SAMPLES, SampleCollector, spoolEntry } from '../collect/sample-collector.js';
import { SpoolRoom } from '../collect/spool-room.js';
import { BackOff } from '../endpoint/back-off.js';
import { failureOf } from '../endpoint/connector-failure.js';
import { doubted, plausibleTime } from '../endpoint/source-time.js';
import { TagBook } from '../endpoint/tag-book.js';
import { GatewayPremises } from '../gateway-premises.js';
import { pause, Pulse, unlessEnded } from '../pulse.js';
import { jobKey, jobsFrom, nextChunkUs, nextJob, type HistoryJob } from './history-job.js';
import { SampleHeap } from './sample-heap.js';

const CONCURRENT_TAGS = 4;
const MAX_WAITING_BACKLOG = 60;
const SPILL_AT = 400_000;
const STEP_MS = 250;

export interface HistoryDesk {
  /** Whether the endpoint that keeps the history is connected. */
  readable(job: HistoryJob): boolean;
  read(job: HistoryJob, tagId: number, fromUs: TimeUs, toUs: TimeUs): AsyncIterable<readonly Observation[]>;
}

export type HistoryRequest = Omit<HistoryJob, 'jobId' | 'cursorUs'>;

/** Reads what devices kept while nobody listened: in time order, behind the live samples, resumed after a restart. */
@Injectable()
export class HistoryBackfill {
  private readonly jobs = new Map<string, HistoryJob>();
  private readonly failedTags = new Map<string, Set<number>>();
  private readonly chunkUs = new Map<string, { us: TimeUs; samples: number }>();
  private readonly retryAt = new Map<number, { readonly backOff: BackOff; atMs: number }>();
  private readonly pulse: Pulse;
  private desk: HistoryDesk | null = null;
  private readonly heap = new SampleHeap();
  private readonly end = new AbortController();
  private finishedTags = 0;
  private samples = 0;
  private nextNumber = 0;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly room: SpoolRoom,
    private readonly collector: SampleCollector,
  ) {
    this.pulse = new Pulse(STEP_MS, () => this.step());
    for (const job of jobsFrom(room.spool.bookmarks())) this.jobs.set(job.jobId, job);
    premises.metrics.gauge({ name: 'telltale_gateway_history_samples', help: 'Samples read from history since start' }, () => this.samples);
  }

  start(desk: HistoryDesk): void {
    this.desk = desk;
    this.pulse.start();
  }

  async stop(): Promise<void> {
    this.desk = null;
    this.end.abort();
    await this.pulse.stop();
  }

  /** Makes a job of the request; the caller saves the bookmark together with what it knows. */
  plan(request: HistoryRequest): Readonly<Record<string, string>> {
    const job: HistoryJob = { ...request, jobId: `${this.premises.startedAtUs}-${this.nextNumber++}`, cursorUs: request.fromUs };
    this.jobs.set(job.jobId, job);
    this.premises.logger.info(`History of ${job.tagIds.length} tags is read from ${iso(job.fromUs)} to ${iso(job.toUs)}: ${job.reason}`);
    return { [jobKey(job)]: JSON.stringify(job) };
  }

  /** Forgets the jobs of tags that are not collected any more. */
  retain(present: ReadonlyMap<number, ReadonlySet<number>>): void {
    for (const job of this.jobs.values()) {
      const tags = present.get(job.endpointId);
      const tagIds = job.tagIds.filter((tagId) => tags?.has(tagId));
      if (tagIds.length === job.tagIds.length && present.has(job.readFrom)) continue;
      if (tagIds.length === 0 || !present.has(job.readFrom)) {
        this.jobs.delete(job.jobId);
        this.room.spool.mark({ [jobKey(job)]: null });
      } else this.jobs.set(job.jobId, { ...job, tagIds });
    }
  }

  /** Null when no history is being read. */
  progress(): { tagsDone: number; tagsTotal: number; samples: number } | null {
    if (this.jobs.size === 0) return null;
    let total = this.finishedTags;
    let done = this.finishedTags;
    for (const job of this.jobs.values()) {
      total += job.tagIds.length;
      done += Math.floor((job.tagIds.length * (job.cursorUs - job.fromUs)) / Math.max(1, job.toUs - job.fromUs));
    }
    return { tagsDone: done, tagsTotal: total, samples: this.samples };
  }

  private async step(): Promise<void> {
    while (this.desk && this.room.spool.depth().waitingBacklog < MAX_WAITING_BACKLOG) {
      const desk = this.desk;
      const nowMs = performance.now();
      const job = nextJob([...this.jobs.values()], (one) => desk.readable(one) && (this.retryAt.get(one.readFrom)?.atMs ?? 0) <= nowMs);
      if (!job) return;
      try {
        const startedAt = performance.now();
        const count = await this.readChunk(desk, job);
        this.retryAt.get(job.readFrom)?.backOff.reset();
        const owedMs = (count / this.premises.settings.BACKFILL_SAMPLES_PER_SECOND) * 1000 - (performance.now() - startedAt);
        await pause(owedMs, this.end.signal);
      } catch (error) {
        this.heap.clear();
        const retry = this.retryAt.get(job.readFrom) ?? { backOff: new BackOff(1_000, 30_000), atMs: 0 };
        retry.atMs = performance.now() + retry.backOff.next();
        this.retryAt.set(job.readFrom, retry);
        if (this.desk) this.premises.logger.warn(`Reading history is interrupted and goes on later: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  private async readChunk(desk: HistoryDesk, job: HistoryJob): Promise<number> {
    const last = this.chunkUs.get(job.jobId);
    const chunkUs = nextChunkUs(last?.us ?? null, last?.samples ?? 0);
    const toUs = Math.min(job.toUs, job.cursorUs + chunkUs);
    const failed = this.failedTags.get(job.jobId) ?? new Set<number>();
    this.failedTags.set(job.jobId, failed);
    const known = new TagBook();
    if (job.known !== null) known.restore(job.known, 0);
    const live = new TagBook();
    if (job.liveFrom !== null) live.restore(job.liveFrom, 0);
    const queue = job.tagIds.filter((tagId) => !failed.has(tagId));
    let spilled = 0;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let tagId = queue[next++]; tagId !== undefined && this.desk; tagId = queue[next++]) {
        await unlessEnded(this.readTag(desk, job, tagId, { fromUs: known.lastOf(tagId) + 1, toUs: untilOf(live.lastOf(tagId), toUs) }, toUs, failed), this.end.signal);
        if (this.heap.count > SPILL_AT) spilled += await this.store(job, []);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_TAGS }, work));
    if (!this.desk) {
      this.heap.clear();
      return 0;
    }
    const count = spilled + this.heap.count;
    this.chunkUs.set(job.jobId, { us: toUs - job.cursorUs, samples: count });
    await this.finishChunk({ ...job, cursorUs: toUs }, failed);
    return count;
  }

  private async readTag(desk: HistoryDesk, job: HistoryJob, tagId: number, wanted: { readonly fromUs: TimeUs; readonly toUs: TimeUs }, toUs: TimeUs, failed: Set<number>): Promise<void> {
    try {
      for await (const page of desk.read(job, tagId, job.cursorUs, toUs)) {
        const nowUs = this.premises.nowUs();
        for (const { value, status, sourceTimeUs = NaN } of page) {
          if (sourceTimeUs < job.cursorUs || sourceTimeUs < wanted.fromUs || sourceTimeUs >= wanted.toUs) continue;
          const at = plausibleTime(sourceTimeUs, nowUs);
          this.heap.add(tagId, value, at ?? nowUs, nowUs, at === null ? doubted(status) : status);
        }
      }
    } catch (error) {
      const { kind, reason } = failureOf(error);
      if (kind !== 'configuration') throw error;
      failed.add(tagId);
      this.premises.logger.warn(`The history of a tag can't be read, its gap stays: ${reason}`);
    }
  }

  private async finishChunk(job: HistoryJob, failed: ReadonlySet<number>): Promise<void> {
    const finished = job.cursorUs >= job.toUs;
    const tagIds = job.tagIds.filter((tagId) => !failed.has(tagId));
    const rows: ContinuityRow[] =
      finished && tagIds.length > 0 ? [{ tagIds, fromUs: job.fromUs, toUs: job.toUs, kind: 'backfilled', reason: `Read from the device's history: ${job.reason}` }] : [];
    await this.store(job, rows, finished);
    if (!finished) {
      this.jobs.set(job.jobId, job);
      return;
    }
    this.jobs.delete(job.jobId);
    this.finishedTags = this.jobs.size === 0 ? 0 : this.finishedTags + job.tagIds.length;
    this.premises.logger.info(`History of ${tagIds.length} tags is complete from ${iso(job.fromUs)} to ${iso(job.toUs)}.`);
  }

  /** With `finished` known, the samples and the new cursor are one commit. */
  private async store(job: HistoryJob, rows: readonly ContinuityRow[], finished?: boolean): Promise<number> {
    const entries: SpoolEntry[] = [];
    const { gatewayId } = this.collector;
    const count = this.heap.count;
    for (const piece of this.heap.pieces(BATCH_SAMPLES)) {
      const times = piece.sourceTimesUs;
      entries.push(spoolEntry('backlog', gatewayId, piece, [], [job.endpointId], times[0] ?? job.fromUs, (times.at(-1) ?? job.toUs) + 1));
      await setImmediate();
    }
    if (rows.length > 0) entries.push(spoolEntry('backlog', gatewayId, emptyColumns(), rows, [job.endpointId], job.fromUs, job.toUs));
    this.heap.clear();
    this.samples += count;
    this.room.append(entries, finished === undefined ? {} : { [jobKey(job)]: finished ? null : JSON.stringify(job) });
    return count;
  }
}

const iso = (us: TimeUs): string => new Date(us / 1000).toISOString();

const untilOf = (liveFromUs: TimeUs, toUs: TimeUs): TimeUs => (liveFromUs < 0 ? toUs : Math.min(liveFromUs, toUs));
