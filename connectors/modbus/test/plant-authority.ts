import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function openssl(...args: string[]): boolean {
  try {
    execFileSync('openssl', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const OPENSSL = openssl('version');
if (!OPENSSL) process.stderr.write('SKIPPED Modbus over TLS: the openssl program is not installed.\n');

export interface Papers {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  readonly ca: string;
  issue(name: string): Papers;
  dispose(): void;
}

/** An authority with certificates for both sides, in a throw-away folder. */
export function plantAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-modbus-tls-'));
  const file = (name: string): string => join(folder, name);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=plant authority', '-days', '2');
  writeFileSync(file('names'), 'subjectAltName=DNS:plc.plant,IP:127.0.0.1\n');
  return {
    ca: readFileSync(file('ca.pem'), 'utf8'),
    issue: (name) => {
      openssl('req', ...ec, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`);
      openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file(`${name}.pem`), '-days', '2', '-extfile', file('names'));
      return { certificate: readFileSync(file(`${name}.pem`), 'utf8'), key: readFileSync(file(`${name}.key`), 'utf8') };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
