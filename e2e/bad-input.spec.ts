import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const opened: Server[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const server of opened.splice(0)) server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'telltale-bad-'));
  folders.push(path);
  return path;
}

function start(settings: Readonly<Record<string, string>>): { code: number | null; said: string } {
  const main = join(root, 'services', 'standalone', 'dist', 'main.js');
  const run = spawnSync(process.execPath, ['--no-warnings', main], { cwd: root, env: { PATH: process.env['PATH'], ...settings }, encoding: 'utf8', timeout: 60_000 });
  return { code: run.status, said: run.stderr.trim() };
}

/** Wrong input gets one clear sentence with the remedy, an exit code, and never a stack trace. */
describe('npm start, given something wrong', () => {
  test('a port that is no port', () => {
    const { code, said } = start({ PORT: 'eighty' });
    expect(code).toBe(78);
    expect(said).toMatch(/PORT is wrong/);
    expect(said.split('\n')).toHaveLength(1);
  });

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    opened.push(server);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { code, said } = start({ PORT: String(port), TELLTALE_DATA_DIR: folder() });
    expect(code).toBe(69);
    expect(said).toMatch(new RegExp(`Port ${port} is taken.*set PORT`));
    expect(said.split('\n')).toHaveLength(1);
  });

  test('a data folder that holds something else', () => {
    const path = folder();
    writeFileSync(join(path, 'thesis.txt'), 'mine');
    const { code, said } = start({ PORT: '4999', TELLTALE_DATA_DIR: path });
    expect(code).toBe(69);
    expect(said).toMatch(/holds files that Telltale did not write.*empty folder/);
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('a broken data folder', () => {
    const path = folder();
    writeFileSync(join(path, 'telltale.json'), '{"layout":');
    const { code, said } = start({ PORT: '4999', TELLTALE_DATA_DIR: path });
    expect(code).toBe(69);
    expect(said).toMatch(/can't be read.*Move .* away/);
  });

  test('a password that is too short', () => {
    const { code, said } = start({ TELLTALE_DEMO_PASSWORD: 'short' });
    expect(code).toBe(78);
    expect(said).toMatch(/TELLTALE_DEMO_PASSWORD is wrong/);
    expect(said).not.toContain('short ');
  });
});
