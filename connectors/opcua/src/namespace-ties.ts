import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const tiesSchema = z.record(z.string().regex(/^\d+$/), z.string());
const fileOf = (storageDir: string): string => join(storageDir, 'namespaces.json');

/** Which URI each namespace index of the addresses meant when it was first seen. */
export async function readTies(storageDir: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(fileOf(storageDir), 'utf8').catch(() => '{}');
  const parsed = tiesSchema.safeParse(parseJson(text));
  return new Map(parsed.success ? Object.entries(parsed.data).map(([index, uri]) => [Number(index), uri]) : []);
}

export async function writeTies(storageDir: string, ties: ReadonlyMap<number, string>): Promise<void> {
  if (ties.size === 0) return;
  const text = `${JSON.stringify(Object.fromEntries(ties), null, 2)}\n`;
  if ((await readFile(fileOf(storageDir), 'utf8').catch(() => '')) === text) return;
  await mkdir(storageDir, { recursive: true });
  await writeFile(`${fileOf(storageDir)}.new`, text);
  await rename(`${fileOf(storageDir)}.new`, fileOf(storageDir));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
