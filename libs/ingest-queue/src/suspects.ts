import { UnrecoverableError } from 'bullmq';

/** Two were too few: where consumers are killed from outside again and again (measured: 200 times in 7 minutes), good jobs were hit alone twice. */
const MOST_TRIES = 4;

/** What is needed of a job of BullMQ: a note that stays with it in the backend. */
export interface SuspectJob {
  readonly progress: unknown;
  updateProgress(note: object): Promise<void>;
}

/**
 * Jobs that were under way more than once when a consumer ended without a word: nobody knows which of them ended it. Each is tried by
 * itself, one at a time, and the try is noted at the job first. So the one that ends its consumer again and again is
 * found, and its neighbours are never blamed, however often consumers are killed.
 */
export class Suspects {
  private turn: Promise<unknown> = Promise.resolve();

  /** Throws UnrecoverableError instead of a fifth try. */
  try(job: SuspectJob, work: () => Promise<void>): Promise<void> {
    const own = this.turn.then(() => this.attempt(job, work));
    this.turn = own.catch(() => undefined);
    return own;
  }

  private async attempt(job: SuspectJob, work: () => Promise<void>): Promise<void> {
    const tries = triesOf(job.progress);
    if (tries >= MOST_TRIES) throw new UnrecoverableError(`It ended its consumer ${tries} times while it was tried alone`);
    await job.updateProgress({ triedAlone: tries + 1 });
    try {
      await work();
    } catch (error) {
      // It failed, but its consumer lives: this try does not count.
      await job.updateProgress({ triedAlone: tries }).catch(() => undefined);
      throw error;
    }
  }
}

function triesOf(note: unknown): number {
  const tries = typeof note === 'object' && note !== null && 'triedAlone' in note ? Number(note.triedAlone) : 0;
  return Number.isInteger(tries) ? tries : 0;
}
