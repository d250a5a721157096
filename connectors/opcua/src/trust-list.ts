import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StatusCodes, type StatusCode } from 'node-opcua-client';
import { readCertificate, type ServerCertificate } from './server-certificate.js';

const FILE = /^([0-9a-f]{64})\.pem$/;

/**
 * The server certificates that a person approved: thumbprints in the settings, and files in `<storageDir>/trust/trusted`.
 * An unknown one is laid into `<storageDir>/trust/pending`; moving it to `trusted` approves it.
 * The driver asks it before every new channel, so a swapped certificate stops the data at once.
 */
export class TrustList {
  referenceCounter = 0;
  private readonly trustedDir: string;
  private readonly pendingDir: string;
  private readonly listed: ReadonlySet<string>;

  constructor(
    storageDir: string,
    listedThumbprints: readonly string[],
    private readonly ownThumbprint: string,
    private readonly onUntrusted: (certificate: ServerCertificate) => void,
  ) {
    this.trustedDir = join(storageDir, 'trust', 'trusted');
    this.pendingDir = join(storageDir, 'trust', 'pending');
    this.listed = new Set(listedThumbprints);
  }

  async initialize(): Promise<void> {
    await mkdir(this.trustedDir, { recursive: true });
    await mkdir(this.pendingDir, { recursive: true });
  }

  async isTrusted(certificate: ServerCertificate): Promise<boolean> {
    if (this.listed.has(certificate.thumbprint) || this.listed.has(certificate.sha1)) return true;
    for (const name of await readdir(this.trustedDir).catch(() => [])) {
      if (FILE.exec(name)?.[1] === certificate.thumbprint) return this.holds(name, certificate);
    }
    return false;
  }

  /** Lays an unknown certificate into the inbox, at most 20 of them. */
  async quarantine(certificate: ServerCertificate): Promise<void> {
    const present = await readdir(this.pendingDir).catch(() => []);
    if (present.length < 20) await writeFile(join(this.pendingDir, `${certificate.thumbprint}.pem`), certificate.pem);
    this.onUntrusted(certificate);
  }

  async admitted(certificate: ServerCertificate): Promise<void> {
    await rm(join(this.pendingDir, `${certificate.thumbprint}.pem`), { force: true });
  }

  // From here on: the certificate store that node-opcua asks (ICertificateStore).

  async checkCertificate(chain: Buffer | Buffer[]): Promise<StatusCode> {
    return (await this.verifyCertificate(chain)) === 'Good' ? StatusCodes.Good : StatusCodes.BadCertificateUntrusted;
  }

  async verifyCertificate(chain: Buffer | Buffer[]): Promise<string> {
    const leaf = Array.isArray(chain) ? chain[0] : chain;
    if (leaf === undefined) return 'BadCertificateInvalid';
    const certificate = readCertificate(leaf);
    if (certificate.thumbprint === this.ownThumbprint || (await this.isTrusted(certificate))) return 'Good';
    await this.quarantine(certificate);
    return 'BadCertificateUntrusted';
  }

  async getTrustStatus(certificate: Buffer): Promise<StatusCode> {
    return this.checkCertificate(certificate);
  }

  async dispose(): Promise<void> {}
  /** The driver never decides about trust. */
  async trustCertificate(): Promise<void> {}
  async rejectCertificate(): Promise<void> {}
  async addIssuer(): Promise<void> {}
  async addRevocationList(): Promise<void> {}

  private async holds(name: string, certificate: ServerCertificate): Promise<boolean> {
    const text = await readFile(join(this.trustedDir, name), 'utf8').catch(() => '');
    const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(text)?.[1];
    return body !== undefined && Buffer.from(body, 'base64').equals(certificate.der);
  }
}
