import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataFolder } from './data-folder.js';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'telltale-folder-'));
});
afterEach(() => rmSync(path, { recursive: true }));

describe('a secret of the installation', () => {
  test('stays the same, and only its owner may read it', () => {
    const first = openDataFolder(path).secret('telltale_api');
    expect(first).toMatch(/^[\w-]{32}$/);
    expect(openDataFolder(path).secret('telltale_api')).toBe(first);
    expect(statSync(join(path, 'secrets', 'telltale_api')).mode & 0o777).toBe(0o600);
  });

  test('that was torn between making the file and writing it is made anew', () => {
    openDataFolder(path);
    mkdirSync(join(path, 'secrets'));
    writeFileSync(join(path, 'secrets', 'telltale_api'), '');
    const secret = openDataFolder(path).secret('telltale_api');
    expect(secret).toHaveLength(32);
    expect(readFileSync(join(path, 'secrets', 'telltale_api'), 'utf8')).toBe(secret);
  });

  test('that was being written when the process was killed is not half there', () => {
    openDataFolder(path);
    mkdirSync(join(path, 'secrets'));
    writeFileSync(join(path, 'secrets', 'telltale_api.new'), 'half a se');
    expect(openDataFolder(path).secret('telltale_api')).toHaveLength(32);
    expect(existsSync(join(path, 'secrets', 'telltale_api.new'))).toBe(false);
  });
});

describe('a data folder', () => {
  test('whose first start was killed while its mark was written is no foreign one', () => {
    writeFileSync(join(path, 'telltale.json.new'), '{"lay');
    openDataFolder(path);
    expect(readFileSync(join(path, 'telltale.json'), 'utf8')).toBe('{"layout":1}');
  });

  test('with files of somebody else is refused', () => {
    writeFileSync(join(path, 'thesis.txt'), '');
    expect(() => openDataFolder(path)).toThrow('holds files that Telltale did not write');
  });
});
