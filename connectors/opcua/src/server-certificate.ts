import { createHash, X509Certificate } from 'node:crypto';

/** What a person needs to recognise a certificate, and what the machine checks. */
export interface ServerCertificate {
  /** Leaf only, DER. */
  readonly der: Buffer;
  readonly pem: string;
  readonly subject: string;
  /** SHA-256, lower-case hexadecimal: the identity of the certificate here. */
  readonly thumbprint: string;
  /** SHA-1: the thumbprint that OPC UA tools show (Part 6 §6.2.2). */
  readonly sha1: string;
  readonly applicationUri: string | undefined;
  readonly validFromMs: number;
  readonly validToMs: number;
}

/**
 * Reads a DER certificate or a chain of them (the leaf stands first).
 * @throws Error when it is no certificate.
 */
export function readCertificate(chain: Buffer): ServerCertificate {
  const der = chain.subarray(0, derLength(chain));
  const parsed = new X509Certificate(der);
  return {
    der,
    pem: parsed.toString(),
    subject: parsed.subject.split('\n').join(', '),
    thumbprint: createHash('sha256').update(der).digest('hex'),
    sha1: createHash('sha1').update(der).digest('hex'),
    applicationUri: /URI:([^,]+)/.exec(parsed.subjectAltName ?? '')?.[1]?.trim(),
    validFromMs: Date.parse(parsed.validFrom),
    validToMs: Date.parse(parsed.validTo),
  };
}

/** Length of the first DER element (X.690 §8.1.3). */
function derLength(bytes: Buffer): number {
  const first = bytes[1] ?? 0;
  if (first < 0x80) return first + 2;
  const count = first & 0x7f;
  return count === 0 || count > 4 || bytes.length < 2 + count ? bytes.length : bytes.readUIntBE(2, count) + 2 + count;
}
