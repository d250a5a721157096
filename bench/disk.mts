import { openBenchDatabase } from './bench-database.mts';
import { loadHistory } from './loaded-history.mts';
import { numbersFrom, printResult } from './measure.mts';
import { NARROW_COLUMNS } from './raw-copy.mts';

/** Bytes per sample after compaction, indexes and free space included, against a plain table with primary key. */
export async function benchDisk(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 300, hours: 2, seed: 1 });
  const database = await openBenchDatabase();
  try {
    await database.admin.query(`create table public.narrow ${NARROW_COLUMNS}`);
    await database.admin.query('alter table public.narrow add primary key (tenant_id, tag_id, time)');
    const { samples, appendS, foldS } = await loadHistory(database, { ...options, narrow: true });
    const sizeOf = async (table: string): Promise<number> => {
      const { rows } = await database.admin.query<{ bytes: string }>(
        `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes from pg_class c
          where c.oid = $1::regclass or c.oid in (select inhrelid from pg_inherits where inhparent = $1::regclass)`,
        [table],
      );
      return Number(rows[0]?.bytes);
    };
    const { rows } = await database.admin.query<{ bytes: string; minutes: string | null; chunks: string }>(
      'select sum(length(data)) as bytes, sum(length(minutes)) as minutes, count(*) as chunks from series.sample_chunk',
    );
    const row = (what: string, bytes: number) => ({ what, 'B/sample': bytes / samples, MB: bytes / 1e6 });
    const tables = await Promise.all(
      ['public.narrow', 'series.sample_chunk', 'series.rollup_day'].map(sizeOf),
    );
    printResult(
      'disk',
      {
        ...options,
        samples,
        chunks: Number(rows[0]?.chunks),
        appendPerS: Math.round(samples / appendS),
        compactPerS: Math.round(samples / foldS),
      },
      [
        row('plain table with primary key', tables[0] ?? 0),
        row('chunks, payload alone', Number(rows[0]?.bytes)),
        row('minutes in the chunks, payload alone', Number(rows[0]?.minutes)),
        row('chunks and minutes with index and free space', tables[1] ?? 0),
        row('quarters and hours', tables[2] ?? 0),
        row('everything', (tables[1] ?? 0) + (tables[2] ?? 0)),
      ],
    );
  } finally {
    await database.close();
  }
}
