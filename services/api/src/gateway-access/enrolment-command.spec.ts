import { expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrolmentCommand } from './enrolment-command.js';

const TOKEN = 'tte_0123456789012345678901234567890123456789012';

/** Runs what is shown on a machine whose root is a folder; systemd and sudo stay away. */
function onMachine(root: string, command: string): void {
  const here = command.replaceAll('/etc/telltale', join(root, 'etc/telltale')).replaceAll('/var/lib/', join(root, 'var/lib/')).replaceAll(/sudo systemctl \w+ telltale-gateway/g, 'true').replaceAll('sudo ', '');
  execFileSync('sh', ['-ec', here], { stdio: 'pipe' });
}

it('puts token and address where the service looks for them, and takes the key from before away', () => {
  const root = mkdtempSync(join(tmpdir(), 'telltale-machine-'));
  const at = (path: string): string => join(root, path);
  try {
    mkdirSync(at('etc/telltale'), { recursive: true });
    mkdirSync(at('var/lib/telltale-gateway'), { recursive: true });
    writeFileSync(at('etc/telltale/gateway.env'), 'SPOOL_MAX_MEGABYTES=8192\nINGEST_URL=https://old.example.com\nLOG_LEVEL=debug');
    writeFileSync(at('var/lib/telltale-gateway/gateway.key'), 'ttg_old');
    onMachine(root, enrolmentCommand(TOKEN, "https://ingest.example.com/o'hara $HOME"));
    expect(readFileSync(at('etc/telltale/enrolment-token'), 'utf8')).toBe(`${TOKEN}\n`);
    expect(statSync(at('etc/telltale/enrolment-token')).mode & 0o777).toBe(0o600);
    const settings = readFileSync(at('etc/telltale/gateway.env'), 'utf8').split('\n').filter((line) => line !== '');
    expect(settings).toEqual(['SPOOL_MAX_MEGABYTES=8192', 'LOG_LEVEL=debug', "INGEST_URL=https://ingest.example.com/o'hara $HOME"]);
    expect(() => statSync(at('var/lib/telltale-gateway/gateway.key'))).toThrow('ENOENT');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it('leaves the settings alone where the address is not known', () => {
  expect(enrolmentCommand(TOKEN, undefined)).not.toContain('gateway.env');
});
