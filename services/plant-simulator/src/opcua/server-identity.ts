import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';

/** Who may sign in, and the folder with the server's own certificate. Made at the first start, kept afterwards. */
export interface ServerIdentity {
  readonly userName: string;
  readonly password: string;
  readonly certificates: OPCUACertificateManager;
}

const PASSWORD_BYTES = 24;

export async function serverIdentity(folder: string, userName: string): Promise<ServerIdentity> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'opcua-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(PASSWORD_BYTES).toString('base64url'), { mode: 0o600 });
  // Any client certificate is let in: the password decides who reads.
  const certificates = new OPCUACertificateManager({ rootFolder: join(folder, 'pki'), automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  return { userName, password: readFileSync(file, 'utf8').trim(), certificates };
}
