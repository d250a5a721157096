import { CertificateRepository, GatewayRepository, type RegistryDatabase } from '@telltale/plant-registry';
import type { TestPlant } from '@telltale/plant-registry/testing';

/** Of plc-17, valid for a hundred years; its key was thrown away. */
export const CERTIFICATE_PEM = `-----BEGIN CERTIFICATE-----
MIIBtzCCAV6gAwIBAgIUGkPBmBpUXRAxzlsDnPkqVqw+JgcwCgYIKoZIzj0EAwIw
ITEOMAwGA1UECgwFUGxhbnQxDzANBgNVBAMMBnBsYy0xNzAgFw0yNjExMjMxNzAw
MTdaGA8yMTI2MTAzMDE3MDAxN1owITEOMAwGA1UECgwFUGxhbnQxDzANBgNVBAMM
BnBsYy0xNzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOnMlODYrfCOqrhTslQE
1OhSvlLuX5IF8I0MhHqBwh6ImYP4sLOdvsu+c+64wGzEPlpHYZagtYy11iDGNNKw
g1OjcjBwMB0GA1UdDgQWBBTCzCzP9EqkNVR+udke72uUoAVhQDAfBgNVHSMEGDAW
gBTCzCzP9EqkNVR+udke72uUoAVhQDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdEQQW
MBSGCnVybjpwbGMtMTeCBnBsYy0xNzAKBggqhkjOPQQDAgNHADBEAiAOEmxvqMpl
jw/y56fl60HyE3twFU9mZG2aW6uAbFyzjQIgA/z9+acOK8cZhZGB4BWP0X4WcDrM
ZKorPBgOQlQLGkM=
-----END CERTIFICATE-----
`;

/** The gateway of a plant reports that a server shows this certificate; returns its number. */
export async function showCertificate(registry: RegistryDatabase, { tenant, gateway, endpointId, site }: TestPlant, now: Date): Promise<number> {
  const nowUs = now.getTime() * 1000;
  const status = {
    gatewayVersion: '0.1.0',
    startedAtUs: nowUs,
    clockUs: nowUs,
    spool: { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 },
    backfill: null,
    endpoints: [
      {
        endpointId, state: 'untrusted' as const, sinceUs: nowUs, code: 'certificate.untrusted', reason: 'Nobody has approved it.', askedPerSecond: 3, achievedPerSecond: 0,
        untrustedCertificate: { thumbprint: '', subject: 'plc-17', pem: CERTIFICATE_PEM },
      },
    ],
  };
  await new GatewayRepository(registry).recordStatus(tenant, gateway.gatewayId, status, now);
  const [shown] = await new CertificateRepository(registry).ofSite(tenant, site.siteId);
  return shown?.certificate.certificateId ?? 0;
}
