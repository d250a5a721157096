import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packLatestRows } from './latest-packing.js';
import { SeriesDatabase } from './series-database.js';
import { SeriesSchemaError } from './time-series.errors.js';

const LOCK = 7_356_100;

/** Brings the schema `series` to this release, in one transaction; run as telltale_owner. Safe to run twice and concurrently. Returns the names applied now. */
export async function migrateSeries(ownerUrl: string): Promise<readonly string[]> {
  const database = new SeriesDatabase(ownerUrl, {
    maxConnections: 1,
    statementTimeoutMs: 300_000,
    applicationName: 'telltale series migration',
  });
  try {
    const migrations = await readMigrations();
    return await database.withoutTenant(async (query) => {
      await query('select pg_advisory_xact_lock($1)', [LOCK]);
      const schema = await query(`select from pg_namespace where nspname = 'series'`);
      if (schema.length === 0) await query('create schema series');
      await query(
        'create table if not exists series.migration (name text primary key, applied_at timestamptz not null default now())',
      );
      const applied = new Set(
        (await query<{ name: string }>('select name from series.migration')).map((row) => row.name),
      );
      const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name));
      if (unknown.length > 0) {
        throw new SeriesSchemaError(
          `The schema series has ${unknown.join(', ')}, which this release does not know`,
          'Start the newer release',
        );
      }
      const missing = migrations.filter(({ name }) => !applied.has(name));
      for (const { name, sql } of missing) {
        await query(sql);
        await query('insert into series.migration (name) values ($1)', [name]);
      }
      await packLatestRows(query);
      return missing.map(({ name }) => name);
    });
  } finally {
    await database.close();
  }
}

async function readMigrations(): Promise<readonly { name: string; sql: string }[]> {
  const folder = join(import.meta.dirname, 'migrations');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file.replace(/\.sql$/, ''), sql: await readFile(join(folder, file), 'utf8') })),
  );
}
