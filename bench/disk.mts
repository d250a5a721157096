import { openBenchDatabase, type BenchDatabase } from './bench-database.mts';
import { loadHistory } from './loaded-history.mts';
import { numbersFrom, printResult, type BenchRow } from './measure.mts';
import { NARROW_COLUMNS } from './raw-copy.mts';

/** Bytes per sample after compaction, indexes and free space included, against a plain table with primary key. */
export async function benchDisk(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 300, hours: 2, seed: 1 });
  const database = await openBenchDatabase();
  try {
    await database.admin.query(`create table public.narrow ${NARROW_COLUMNS}`);
    await database.admin.query('alter table public.narrow add primary key (tenant_id, tag_id, time)');
    const { samples, appendS, foldS } = await loadHistory(database, { ...options, narrow: true });
    const { chunks, rows } = await diskRows(database, samples);
    const plain = await bytesOf(database, 'public.narrow');
    printResult(
      'disk',
      {
        ...options,
        samples,
        chunks,
        appendPerS: Math.round(samples / appendS),
        compactPerS: Math.round(samples / foldS),
      },
      [{ what: 'plain table with primary key', 'B/sample': plain / samples, MB: plain / 1e6 }, ...rows],
    );
  } finally {
    await database.close();
  }
}

/** What history takes on disk, with its parts. */
export async function diskRows(database: BenchDatabase, samples: number): Promise<{ readonly chunks: number; readonly rows: readonly BenchRow[] }> {
  const { rows } = await database.admin.query<{ bytes: string; minutes: string | null; chunks: string }>(
    'select sum(length(data)) as bytes, sum(length(minutes)) as minutes, count(*) as chunks from series.sample_chunk',
  );
  const [chunks, days] = [await bytesOf(database, 'series.sample_chunk'), await bytesOf(database, 'series.rollup_day')];
  const row = (what: string, bytes: number): BenchRow => ({ what, 'B/sample': bytes / samples, MB: bytes / 1e6 });
  return {
    chunks: Number(rows[0]?.chunks),
    rows: [
      row('chunks, payload alone', Number(rows[0]?.bytes)),
      row('minutes in the chunks, payload alone', Number(rows[0]?.minutes)),
      row('chunks and minutes with index and free space', chunks),
      row('quarters and hours', days),
      row('everything', chunks + days),
    ],
  };
}

async function bytesOf(database: BenchDatabase, table: string): Promise<number> {
  const { rows } = await database.admin.query<{ bytes: string }>(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes from pg_class c
      where c.oid = $1::regclass or c.oid in (select inhrelid from pg_inherits where inhparent = $1::regclass)`,
    [table],
  );
  return Number(rows[0]?.bytes);
}
