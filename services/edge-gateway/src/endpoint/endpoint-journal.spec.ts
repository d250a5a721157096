import { describe, expect, it } from '@jest/globals';
import type { Bookmarks } from '@telltale/edge-spool';
import type { ConfiguredEndpoint, ConfiguredTag } from '@telltale/ingest-contract';
import type { ContinuityRow, Sample } from '@telltale/tag-sample';
import type { HistoryRequest } from '../history/history-backfill.js';
import { TagBook } from './tag-book.js';
import { EndpointJournal, type JournalOptions } from './endpoint-journal.js';

const T0 = 1_790_000_000_000_000;
const SECOND = 1_000_000;

/** The journal with a memory in place of the spool. */
class Desk {
  readonly samples: Sample[] = [];
  readonly rows: ContinuityRow[] = [];
  readonly requests: HistoryRequest[] = [];
  bookmarks = new Map<string, string>();

  open(tags: readonly Partial<ConfiguredTag>[], options: Partial<JournalOptions> = {}, more: Partial<ConfiguredEndpoint> = {}): EndpointJournal {
    const journal: EndpointJournal = new EndpointJournal(
      { endpointId: 1, keepsHistory: false, appliesDeadband: true, bookmarks: this.bookmarks, ...options },
      {
        add: (_endpointId, tagId, value, sourceTimeUs, serverTimeUs, status) => void this.samples.push({ tagId, value, sourceTimeUs, serverTimeUs, status }),
        declare: (_endpointId, row) => void this.rows.push(row),
        plan: (request) => {
          this.requests.push(request);
          return { 'history/1': 'job' };
        },
        flush: () => this.save(journal.bookmarks(T0)),
      },
    );
    journal.expect({
      endpointId: 1, name: 'Press', connector: 'x', settings: {}, backfillDays: 0,
      tags: tags.map((tag, i) => ({ tagId: i + 1, tagPath: `t${i}`, address: {}, scanIntervalMs: 1_000, ...tag })),
      ...more,
    });
    return journal;
  }

  save(bookmarks: Bookmarks): void {
    for (const [key, value] of Object.entries(bookmarks)) if (value !== null) this.bookmarks.set(key, value);
  }
}

const good = (tagId: number, value: number, sourceTimeUs?: number): { tagId: number; value: number; status: number; sourceTimeUs?: number } => ({
  tagId, value, status: 0, ...(sourceTimeUs !== undefined && { sourceTimeUs }),
});

describe('EndpointJournal', () => {
  it('declares the time in which the gateway did not run, from the last recorded to the first new sample', () => {
    const desk = new Desk();
    const before = desk.open([{}, {}]);
    before.interrupted();
    before.record([good(1, 1, T0), good(2, 2, T0 + 100)], T0);
    desk.save(before.bookmarks(T0));
    expect(desk.rows).toEqual([]);
    const after = desk.open([{}, {}]);
    after.interrupted();
    after.record([good(1, 3, T0 + 60 * SECOND)], T0 + 60 * SECOND);
    expect(desk.rows).toEqual([
      { tagIds: [1, 2], fromUs: T0 + 101, toUs: T0 + 60 * SECOND, kind: 'gap', reason: 'The gateway did not run or could not reach the device.' },
    ]);
  });

  it('declares nothing when no scan was missed', () => {
    const desk = new Desk();
    const journal = desk.open([{}]);
    journal.interrupted();
    journal.record([good(1, 1, T0)], T0);
    journal.interrupted();
    journal.record([good(1, 2, T0 + 1.4 * SECOND)], T0);
    expect(desk.rows).toEqual([]);
  });

  it('asks for history on first contact once, and for a gap with what is known', () => {
    const desk = new Desk();
    const first = desk.open([{}, { history: { endpointId: 9, address: {} } }], { keepsHistory: true }, { backfillDays: 2 });
    first.interrupted();
    first.record([good(1, 1, T0), good(2, 1, T0)], T0);
    expect(desk.requests).toMatchObject([
      { readFrom: 1, tagIds: [1], fromUs: T0 - 2 * 86_400 * SECOND, toUs: T0, known: null },
      { readFrom: 9, tagIds: [2], fromUs: T0 - 2 * 86_400 * SECOND, toUs: T0, known: null },
    ]);
    expect(desk.bookmarks.get('history/1')).toBe('job');
    const second = desk.open([{}, {}, {}], { keepsHistory: true }, { backfillDays: 2 });
    second.interrupted();
    second.record([good(1, 2, T0 + 10 * SECOND)], T0 + 10 * SECOND);
    expect(desk.requests.slice(2)).toMatchObject([
      { readFrom: 1, tagIds: [1, 2], fromUs: T0 + 1 - 10 * SECOND, toUs: T0 + 10 * SECOND, known: expect.any(String) },
      { readFrom: 1, tagIds: [3], toUs: T0 + 10 * SECOND, reason: 'First contact.' },
    ]);
  });

  it('reads back what a polled tag missed while it was bad, when its history is elsewhere', () => {
    const desk = new Desk();
    const journal = desk.open([{ history: { endpointId: 9, address: {} } }, {}]);
    journal.interrupted();
    journal.record([good(1, 1), good(2, 1)], T0);
    const bad = [1, 2].map((tagId) => ({ tagId, value: NaN, status: 0x80050000 }));
    journal.record(bad, T0 + SECOND);
    journal.record([good(1, 5), good(2, 5)], T0 + 5 * SECOND);
    expect(desk.requests).toMatchObject([{ readFrom: 9, tagIds: [1], fromUs: T0 + 1, toUs: T0 + 5 * SECOND }]);
    expect(desk.rows).toMatchObject([{ tagIds: [1], kind: 'gap', reason: 'Press gave no good values.' }]);
    expect(desk.samples.filter(({ status }) => status !== 0)).toHaveLength(2);
  });

  it('applies the deadband to polled tags: changes, quality, heartbeat', () => {
    const desk = new Desk();
    const journal = desk.open([{ deadband: { kind: 'absolute', value: 0.5 } }]);
    const values = [20, 20.4, 20.5, 20.6, 20.6, NaN, 20.6];
    values.forEach((value, second) => journal.record([{ tagId: 1, value, status: Number.isNaN(value) ? 0x80050000 : 0 }], T0 + second * SECOND));
    journal.record([good(1, 20.6)], T0 + 66 * SECOND);
    expect(desk.samples.map(({ value }) => value)).toEqual([20, 20.6, NaN, 20.6, 20.6]);
  });

  it('takes a deadband in percent of the range; without a range every change passes', () => {
    const values = [20, 20.4, 21.9, 22.1, 20.2];
    const passed = (tag: Partial<ConfiguredTag>): number[] => {
      const desk = new Desk();
      const journal = desk.open([{ deadband: { kind: 'percent', value: 1 }, ...tag }]);
      values.forEach((value, second) => journal.record([good(1, value)], T0 + second * SECOND));
      return desk.samples.map(({ value }) => value);
    };
    expect(passed({ range: { low: -50, high: 150 } })).toEqual([20, 22.1]);
    expect(passed({})).toEqual(values);
  });

  it('does not record the same report twice after a restart', () => {
    const desk = new Desk();
    const before = desk.open([{}]);
    before.record([good(1, 7, T0)], T0);
    desk.save(before.bookmarks(T0));
    const after = desk.open([{}]);
    after.interrupted();
    after.record([good(1, 7, T0)], T0 + 5 * SECOND);
    expect(desk.samples).toHaveLength(1);
  });

  it('passes on what the connector missed, for tags that are still collected', async () => {
    const desk = new Desk();
    const journal = desk.open([{}], { keepsHistory: true });
    journal.missed({ tagIds: [1, 99], fromUs: T0, toUs: T0 + SECOND, reason: 'The line was cut.' });
    await Promise.resolve();
    expect(desk.rows).toEqual([{ tagIds: [1], fromUs: T0, toUs: T0 + SECOND, kind: 'gap', reason: 'The line was cut.' }]);
    expect(desk.requests).toMatchObject([{ tagIds: [1], readFrom: 1 }]);
  });

  it('does not read from the history what came together with the news of the gap', async () => {
    const desk = new Desk();
    const journal = desk.open([{}], { keepsHistory: true });
    journal.record([good(1, 1)], T0);
    journal.missed({ tagIds: [1], fromUs: T0, toUs: T0 + 9 * SECOND, reason: 'The line was cut.' });
    journal.record([good(1, 7, T0 + 7 * SECOND), good(1, 9, T0 + 9 * SECOND)], T0 + 9 * SECOND);
    await Promise.resolve();
    const book = new TagBook();
    book.restore(desk.requests[0]?.liveFrom ?? '', 0);
    expect(book.lastOf(1)).toBe(T0 + 7 * SECOND);
  });

  it('reads a gap from the history that is told when newer samples are recorded already', async () => {
    const desk = new Desk();
    const journal = desk.open([{}], { keepsHistory: true });
    for (const second of [0, 1, 2, 3, 30]) journal.record([good(1, second, T0 + second * SECOND)], T0 + second * SECOND);
    journal.missed({ tagIds: [1], fromUs: T0 + SECOND, toUs: T0 + 3 * SECOND, reason: 'The queue overflowed.' });
    await Promise.resolve();
    const known = new TagBook();
    known.restore(desk.requests[0]?.known ?? '', 0);
    expect(known.lastOf(1)).toBe(T0 + SECOND);
  });
});
