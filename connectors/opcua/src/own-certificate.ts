import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { readCertificate } from './server-certificate.js';

export const APPLICATION_NAME = 'Telltale gateway';

/** The identity that the gateway shows to OPC UA servers. */
export interface OwnCertificate {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly applicationUri: string;
  /** SHA-256 of the certificate. */
  readonly thumbprint: string;
  readonly validToMs: number;
}

const making = new Map<string, Promise<OwnCertificate>>();

/** Makes key and certificate once per storage folder (RSA 2048, ten years); later calls read them. */
export function ownCertificate(storageDir: string): Promise<OwnCertificate> {
  const present = making.get(storageDir);
  if (present) return present;
  const made = make(storageDir).finally(() => making.delete(storageDir));
  making.set(storageDir, made);
  return made;
}

async function make(storageDir: string): Promise<OwnCertificate> {
  const folder = join(storageDir, 'own');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const certificateFile = join(folder, 'certificate.pem');
  const host = hostname();
  // The URI must stay what the certificate says, also when the storage folder moves to another host.
  const fresh = `urn:${host}:telltale:gateway:${createHash('sha256').update(storageDir).digest('hex').slice(0, 12)}`;
  const manager = new OPCUACertificateManager({ rootFolder: folder, disableFileWatchers: true, keySize: 2048, automaticallyAcceptUnknownCertificate: false });
  try {
    await manager.initialize();
    if (!existsSync(certificateFile)) {
      await manager.createSelfSignedCertificate({
        applicationUri: fresh,
        dns: [host],
        outputFile: certificateFile,
        subject: `/CN=${APPLICATION_NAME}/O=Telltale`,
        startDate: new Date(Date.now() - 3_600_000),
        validity: 3650,
      });
    }
    await chmod(manager.privateKey, 0o600);
    const text = await readFile(certificateFile, 'utf8');
    const certificate = readCertificate(Buffer.from(/CERTIFICATE-----([^-]+)-----END/.exec(text)?.[1] ?? '', 'base64'));
    return { certificateFile, privateKeyFile: manager.privateKey, applicationUri: certificate.applicationUri ?? fresh, thumbprint: certificate.thumbprint, validToMs: certificate.validToMs };
  } finally {
    await manager.dispose();
  }
}
