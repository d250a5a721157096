import { describe, expect, it } from '@jest/globals';
import { Suspects, type SuspectJob } from './suspects.js';

/** Keeps its note as the backend does. */
class NotedJob implements SuspectJob {
  progress: unknown = 0;
  updateProgress(note: object): Promise<void> {
    this.progress = note;
    return Promise.resolve();
  }
}
const never = (): Promise<void> => new Promise(() => undefined);

describe('Suspects', () => {
  it('notes the try before the work, so that a killed consumer leaves it behind, and gives up after four', async () => {
    const job = new NotedJob();
    for (let kill = 1; kill <= 4; kill++) {
      // A consumer of its own each time, killed during the work.
      const begun = new Promise<void>((done) => {
        void new Suspects().try(job, () => {
          done();
          return never();
        });
      });
      await begun;
      expect(job.progress).toEqual({ triedAlone: kill });
    }
    await expect(new Suspects().try(job, () => Promise.resolve())).rejects.toThrow('ended its consumer 4 times');
  });

  it('does not count a try that failed while its consumer lived', async () => {
    const job = new NotedJob();
    for (let i = 0; i < 5; i++) await expect(new Suspects().try(job, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(job.progress).toEqual({ triedAlone: 0 });
  });

  it('tries one at a time, in order, past those that fail', async () => {
    const suspects = new Suspects();
    const seen: string[] = [];
    let atOnce = 0;
    const work = (name: string) => async (): Promise<void> => {
      expect(++atOnce).toBe(1);
      await new Promise((done) => setTimeout(done, 5));
      atOnce--;
      seen.push(name);
      if (name === 'b') throw new Error('b is bad');
    };
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => suspects.try(new NotedJob(), work(name))));
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
