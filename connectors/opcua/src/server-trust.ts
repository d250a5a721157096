import { TemporaryError } from '@telltale/connector-sdk';
import type { EndpointDescription } from 'node-opcua-client';
import { readCertificate, type ServerCertificate } from './server-certificate.js';
import type { OpcUaSettings } from './opcua.settings.js';
import type { TrustList } from './trust-list.js';

const WARN_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

/** The server's certificate is not approved: nothing is read until a person approves it. */
export class UntrustedCertificateError extends TemporaryError {
  constructor(concerned: string, readonly certificate: ServerCertificate) {
    super(
      'opcua.certificate-untrusted', concerned, `the server shows a certificate that nobody has approved (${certificate.subject}, SHA-1 ${certificate.sha1})`,
      `Compare the thumbprint ${certificate.thumbprint} at the server, then approve it in the trust inbox.`,
    );
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * Checks the certificate of the chosen endpoint: present, approved, in its period, of this application (Part 4 §6.1.3).
 * @throws UntrustedCertificateError or TemporaryError: nothing may be read.
 */
export async function checkServerCertificate(endpoint: EndpointDescription, settings: OpcUaSettings, trust: TrustList, nowMs: number): Promise<ServerCertificate> {
  const { endpointUrl } = settings;
  const certificate = read(endpoint, endpointUrl);
  if (!(await trust.isTrusted(certificate))) {
    await trust.quarantine(certificate);
    throw new UntrustedCertificateError(endpointUrl, certificate);
  }
  await trust.admitted(certificate);
  if (certificate.validFromMs > nowMs) {
    throw new TemporaryError('opcua.certificate-not-yet-valid', endpointUrl, `the certificate of the server is valid from ${day(certificate.validFromMs)} only`, 'Check the clocks of gateway and server.');
  }
  if (certificate.validToMs < nowMs && !settings.allowExpiredCertificate) {
    throw new TemporaryError('opcua.certificate-expired', endpointUrl, `the certificate of the server expired on ${day(certificate.validToMs)}`, 'Renew it at the server and approve the new one, or set allowExpiredCertificate.');
  }
  const stated = endpoint.server.applicationUri;
  if (stated && certificate.applicationUri !== stated && !settings.allowApplicationUriMismatch) {
    throw new TemporaryError('opcua.certificate-of-other-application', endpointUrl, `the certificate belongs to ${certificate.applicationUri ?? 'no application'}, the server calls itself ${stated}`, 'Renew the certificate at the server, or set allowApplicationUriMismatch.');
  }
  return certificate;
}

/** Certificates that the connection stands on, with the day on which each ends. */
export interface CertificateEnds {
  /** Absent without security. */
  readonly server?: number;
  readonly gateway?: number;
  readonly user?: number;
}

const RENEWAL = {
  server: { name: 'certificate of the server', remedy: 'Renew it at the server and approve the new one.' },
  gateway: { name: "gateway's own certificate", remedy: 'Delete the folder own in the storage folder of the endpoint and approve the new certificate at the server.' },
  user: { name: 'user certificate', remedy: 'Enter a new one in identity.' },
} as const;

/** A sentence when one of the certificates ends within 30 days, for the one that ends first. */
export function expiryWarning(ends: CertificateEnds, nowMs: number): string | undefined {
  const dated = (['server', 'gateway', 'user'] as const).flatMap((whose) => (ends[whose] === undefined ? [] : [{ whose, endMs: ends[whose] }]));
  const [first] = dated.toSorted((a, b) => a.endMs - b.endMs);
  if (!first) return undefined;
  const days = Math.floor((first.endMs - nowMs) / DAY_MS);
  if (days > WARN_BEFORE_DAYS) return undefined;
  const { name, remedy } = RENEWAL[first.whose];
  return days < 0 ? `The ${name} expired on ${day(first.endMs)}. ${remedy}` : `The ${name} expires on ${day(first.endMs)}, in ${days} days. ${remedy}`;
}

function read(endpoint: EndpointDescription, endpointUrl: string): ServerCertificate {
  try {
    return readCertificate(endpoint.serverCertificate);
  } catch (error) {
    throw new TemporaryError('opcua.certificate-missing', endpointUrl, 'the server shows no readable certificate for this endpoint', 'Give the server an application certificate.', { cause: error });
  }
}
