import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readSettings } from './settings.js';

const schema = z.object({
  DATABASE_URL: z.string().describe('address of the database'),
  HTTP_PORT: z.coerce.number().int().default(4000).describe('port'),
});

describe('readSettings', () => {
  it('takes exactly its variables, with defaults, and an empty one as not set', () => {
    expect(readSettings('x', schema, { DATABASE_URL: 'u', HTTP_PORT: '', OTHER: '1' })).toEqual({
      DATABASE_URL: 'u',
      HTTP_PORT: 4000,
    });
  });

  it('names every missing and every wrong variable in one sentence', () => {
    expect(() => readSettings('ingest', schema, { HTTP_PORT: 'x' })).toThrow(
      /^ingest can't start: DATABASE_URL is not set – address of the database; HTTP_PORT is wrong \(.*\) – port\.$/,
    );
  });

  it('reads a secret from the file that X_FILE names, and says when it can not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'settings-'));
    const file = join(folder, 'database-url');
    await writeFile(file, 'postgres://from-file\n');
    expect(readSettings('x', schema, { DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://from-file');
    expect(readSettings('x', schema, { DATABASE_URL_FILE: file, DATABASE_URL: 'direct' }).DATABASE_URL).toBe('direct');
    await rm(folder, { recursive: true });
    expect(() => readSettings('x', schema, { DATABASE_URL_FILE: file })).toThrow(
      `DATABASE_URL_FILE names ${file}, which can't be read`,
    );
  });
});
