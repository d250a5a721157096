import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { HistoryReadOptions, Observation } from '@telltale/connector-sdk';
import type { Bookmarks, SpoolEntry } from '@telltale/edge-spool';
import { emptyColumns, type ContinuityRow, type TimeUs } from '@telltale/tag-sample';
import { BATCH_SAMPLES, SampleCollector, spoolEntry } from '../collect/sample-collector.js';
import { SpoolRoom } from '../collect/spool-room.js';
import { BackOff } from '../endpoint/back-off.js';
import { failureOf } from '../endpoint/connector-failure.js';
import { doubted, plausibleTime } from '../endpoint/source-time.js';
import { TagBook } from '../endpoint/tag-book.js';
import { GatewayPremises } from '../gateway-premises.js';
import { pause, Pulse, unlessEnded } from '../pulse.js';
import { aheadFrom, aheadKey, jobKey, jobsFrom, nextChunkUs, nextJob, type HistoryJob } from './history-job.js';
import { SampleHeap } from './sample-heap.js';

const CONCURRENT_TAGS = 4;
const MAX_WAITING_BACKLOG = 60;
/** So many samples are sorted and put into the spool at a time; an interruption costs no more than reading these again. */
const SPILL_AT = 100_000;
const STEP_MS = 250;

export interface HistoryDesk {
  /** Whether the endpoint that keeps the history is connected. */
  readable(job: HistoryJob): boolean;
  read(job: HistoryJob, tagId: number, fromUs: TimeUs, toUs: TimeUs, options: HistoryReadOptions): AsyncIterable<readonly Observation[]>;
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
  /** Per job: the time up to which a tag's history is in the spool, where that is beyond the job's cursor. */
  private readonly ahead = new Map<string, TagBook>();
  private spilling: Promise<void> | null = null;
  private spiltAtMs = performance.now();
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
    const bookmarks = room.spool.bookmarks();
    for (const job of jobsFrom(bookmarks)) {
      this.jobs.set(job.jobId, job);
      this.ahead.set(job.jobId, aheadFrom(bookmarks, job));
    }
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
        this.ahead.delete(job.jobId);
        this.room.spool.mark({ [jobKey(job)]: null, [aheadKey(job)]: null });
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
    while (this.desk && this.hasRoom()) {
      const desk = this.desk;
      const nowMs = performance.now();
      const job = nextJob([...this.jobs.values()], (one) => desk.readable(one) && (this.retryAt.get(one.readFrom)?.atMs ?? 0) <= nowMs);
      if (!job) return;
      try {
        await this.readPiece(desk, job);
        this.retryAt.get(job.readFrom)?.backOff.reset();
      } catch (error) {
        const retry = this.retryAt.get(job.readFrom) ?? { backOff: new BackOff(1_000, 30_000), atMs: 0 };
        retry.atMs = performance.now() + retry.backOff.next();
        this.retryAt.set(job.readFrom, retry);
        if (this.desk) this.premises.logger.warn(`Reading history is interrupted and goes on later: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        this.heap.take();
      }
    }
  }

  private hasRoom(): boolean {
    return this.room.spool.depth().waitingBacklog < MAX_WAITING_BACKLOG;
  }

  /** Reads all tags up to the end of the piece. When a tag fails for now, what the others have is kept, and goes on from there. */
  private async readPiece(desk: HistoryDesk, job: HistoryJob): Promise<void> {
    const last = this.chunkUs.get(job.jobId);
    const toUs = Math.min(job.toUs, job.cursorUs + nextChunkUs(last?.us ?? null, last?.samples ?? 0));
    const failed = this.failedTags.get(job.jobId) ?? new Set<number>();
    this.failedTags.set(job.jobId, failed);
    const ahead = this.ahead.get(job.jobId) ?? new TagBook();
    this.ahead.set(job.jobId, ahead);
    const known = new TagBook();
    if (job.known !== null) known.restore(job.known, 0);
    const live = new TagBook();
    if (job.liveFrom !== null) live.restore(job.liveFrom, 0);
    const queue = job.tagIds.filter((tagId) => !failed.has(tagId));
    const before = this.samples;
    const failures: unknown[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let tagId = queue[next++]; tagId !== undefined && this.desk && failures.length === 0; tagId = queue[next++]) {
        const fromUs = Math.max(job.cursorUs, known.lastOf(tagId) + 1, ahead.lastOf(tagId));
        // What held when the history begins: nobody recorded it, and what changes seldom would be unknown until it changes.
        const withValueBefore = fromUs === job.fromUs && known.lastOf(tagId) < 0;
        const wanted = { fromUs, toUs: untilOf(live.lastOf(tagId), toUs), pieceEndUs: toUs, withValueBefore };
        try {
          await unlessEnded(this.readTag(desk, job, tagId, wanted, ahead, failed), this.end.signal);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_TAGS }, work));
    await this.spilling;
    if (!this.desk) return;
    if (failures.length > 0) {
      if (this.ahead.get(job.jobId) === ahead) await this.spill(job);
      throw failures[0];
    }
    this.chunkUs.set(job.jobId, { us: toUs - job.cursorUs, samples: this.samples - before + this.heap.count });
    await this.finishPiece(job, toUs, failed);
  }

  private async readTag(
    desk: HistoryDesk,
    job: HistoryJob,
    tagId: number,
    { fromUs, toUs, pieceEndUs, withValueBefore }: { readonly fromUs: TimeUs; readonly toUs: TimeUs; readonly pieceEndUs: TimeUs; readonly withValueBefore: boolean },
    ahead: TagBook,
    failed: Set<number>,
  ): Promise<void> {
    try {
      if (fromUs < toUs) {
        for await (const page of desk.read(job, tagId, fromUs, toUs, { withValueBefore })) {
          if (!this.desk) return;
          ahead.reach(tagId, this.keepPage(tagId, page, withValueBefore ? 0 : fromUs, toUs));
          await this.spillWhenFull(job);
        }
      }
      ahead.reach(tagId, pieceEndUs);
    } catch (error) {
      const { kind, reason } = failureOf(error);
      if (kind !== 'configuration') throw error;
      failed.add(tagId);
      this.premises.logger.warn(`The history of a tag can't be read, its gap stays: ${reason}`);
    }
  }

  /** Returns up to where (exclusive) the tag is known now: pages come oldest first. */
  private keepPage(tagId: number, page: readonly Observation[], fromUs: TimeUs, toUs: TimeUs): TimeUs {
    const nowUs = this.premises.nowUs();
    let readUpToUs = fromUs;
    for (const { value, status, sourceTimeUs = NaN } of page) {
      if (!(sourceTimeUs >= fromUs && sourceTimeUs < toUs)) continue;
      const at = plausibleTime(sourceTimeUs, nowUs);
      this.heap.add(tagId, value, at ?? nowUs, nowUs, at === null ? doubted(status) : status);
      readUpToUs = Math.max(readUpToUs, sourceTimeUs + 1);
    }
    return readUpToUs;
  }

  private async finishPiece(read: HistoryJob, toUs: TimeUs, failed: ReadonlySet<number>): Promise<void> {
    // The configuration may have changed meanwhile: what it took away stays away.
    const present = this.jobs.get(read.jobId);
    if (present === undefined) return;
    const job = { ...present, cursorUs: toUs };
    if (job.cursorUs < job.toUs) {
      await this.spill(job, { [jobKey(job)]: JSON.stringify(job), [aheadKey(job)]: null });
      this.ahead.delete(job.jobId);
      this.jobs.set(job.jobId, job);
      return;
    }
    const tagIds = job.tagIds.filter((tagId) => !failed.has(tagId));
    const rows: ContinuityRow[] = tagIds.length > 0 ? [{ tagIds, fromUs: job.fromUs, toUs: job.toUs, kind: 'backfilled', reason: `Read from the device's history: ${job.reason}` }] : [];
    await this.spill(job, { [jobKey(job)]: null, [aheadKey(job)]: null }, rows);
    this.jobs.delete(job.jobId);
    for (const perJob of [this.ahead, this.failedTags, this.chunkUs]) perJob.delete(job.jobId);
    this.finishedTags = this.jobs.size === 0 ? 0 : this.finishedTags + job.tagIds.length;
    this.premises.logger.info(`History of ${tagIds.length} tags is complete from ${iso(job.fromUs)} to ${iso(job.toUs)}.`);
  }

  /** One worker spills, the others wait for it; then all wait until the platform has taken some and the asked rate is kept. */
  private async spillWhenFull(job: HistoryJob): Promise<void> {
    if (this.heap.count >= SPILL_AT) this.spilling ??= this.spillInTime(job).finally(() => (this.spilling = null));
    await this.spilling;
  }

  private async spillInTime(job: HistoryJob): Promise<void> {
    await this.spill(job);
    while (this.desk && !this.hasRoom()) await pause(STEP_MS, this.end.signal);
  }

  /** What was read so far and how far it reaches are taken at one instant and become one commit: an interruption neither repeats nor skips any of it. */
  private async spill(job: HistoryJob, marks: Bookmarks = { [aheadKey(job)]: this.ahead.get(job.jobId)?.serialise() ?? null }, rows: readonly ContinuityRow[] = []): Promise<void> {
    const samples = this.heap.take();
    const count = samples.count;
    const { gatewayId } = this.collector;
    const entries: SpoolEntry[] = [];
    for (const piece of samples.pieces(BATCH_SAMPLES)) {
      const times = piece.sourceTimesUs;
      entries.push(spoolEntry('backlog', gatewayId, piece, [], [job.endpointId], times[0] ?? job.fromUs, (times.at(-1) ?? job.toUs) + 1));
      await setImmediate();
    }
    if (rows.length > 0) entries.push(spoolEntry('backlog', gatewayId, emptyColumns(), rows, [job.endpointId], job.fromUs, job.toUs));
    if (!this.desk || !this.jobs.has(job.jobId)) return;
    try {
      this.room.append(entries, marks);
    } catch (error) {
      // What is in the spool counts, not what was read.
      this.ahead.set(job.jobId, aheadFrom(this.room.spool.bookmarks(), job));
      throw error;
    }
    this.samples += count;
    const owedMs = (count / this.premises.settings.BACKFILL_SAMPLES_PER_SECOND) * 1000 - (performance.now() - this.spiltAtMs);
    this.spiltAtMs = performance.now() + Math.max(0, owedMs);
    await pause(owedMs, this.end.signal);
  }
}

const iso = (us: TimeUs): string => new Date(us / 1000).toISOString();

const untilOf = (liveFromUs: TimeUs, toUs: TimeUs): TimeUs => (liveFromUs < 0 ? toUs : Math.min(liveFromUs, toUs));
