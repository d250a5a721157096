import { Inject, Injectable } from '@nestjs/common';
import { BATCH_QUEUE, type BatchQueue } from '../ingest.tokens.js';

const FRESH_FOR_MS = 2_000;

/** How long the oldest batch has waited in the queue, for "why is there no data?": asked once for all gateways that report. */
@Injectable()
export class QueueAge {
  private answer: Promise<Date | null> = Promise.resolve(null);
  private askedAtMs = -Infinity;

  constructor(@Inject(BATCH_QUEUE) private readonly queue: BatchQueue) {}

  /** Null when nothing waits, and when the queue does not answer: a status is taken all the same. */
  oldestAt(nowMs = performance.now()): Promise<Date | null> {
    if (nowMs - this.askedAtMs > FRESH_FOR_MS) {
      this.askedAtMs = nowMs;
      this.answer = this.queue.oldestJobAgeMs().then(
        (ageMs) => (ageMs === 0 ? null : new Date(Date.now() - ageMs)),
        () => null,
      );
    }
    return this.answer;
  }
}
