import { X509Certificate } from 'node:crypto';
import { Args, Context, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CertificateRepository, type ShownCertificate } from '@telltale/plant-registry';
import { notFound } from '../graphql/api.error.js';
import { fromId, toId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { ADMINISTRATORS, Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { SiteAccess } from '../plant/site-access.js';
import { CertificateDecision, ServerCertificate } from './server-certificate.type.js';

const DECISIONS = { pending: CertificateDecision.PENDING, trusted: CertificateDecision.TRUSTED, rejected: CertificateDecision.REJECTED } as const;

/** Names end up side by side in a certificate as lines. */
const inOneLine = (text: string): string => text.split('\n').join(', ');

@Resolver(() => ServerCertificate)
export class TrustResolver {
  private readonly certificates: CertificateRepository;

  constructor(
    data: PlantData,
    private readonly access: SiteAccess,
  ) {
    this.certificates = new CertificateRepository(data.registry);
  }

  @Query(() => [ServerCertificate], { description: 'Certificates that servers of the site showed: those that wait for a decision first.' })
  @Allow(EVERY_ROLE)
  async serverCertificates(@Args('siteId', { type: () => ID }) siteId: string, @CurrentViewer() { tenant }: Viewer, @Context() context: RequestContext): Promise<ServerCertificate[]> {
    const site = await this.access.site(tenant, siteId);
    const shown = await this.certificates.ofSite(tenant, site.siteId);
    return Promise.all(shown.map((certificate) => this.certificateOf(certificate, context)));
  }

  @Mutation(() => ServerCertificate, { description: 'The gateway connects to a server with this certificate from its next configuration on, some seconds later.' })
  @Allow(ADMINISTRATORS)
  trustCertificate(@Args('certificateId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer, @Context() context: RequestContext): Promise<ServerCertificate> {
    return this.decide(id, 'trusted', viewer, context);
  }

  @Mutation(() => ServerCertificate, { description: 'Nothing is read from a server with this certificate; a trust given before is taken back.' })
  @Allow(ADMINISTRATORS)
  rejectCertificate(@Args('certificateId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer, @Context() context: RequestContext): Promise<ServerCertificate> {
    return this.decide(id, 'rejected', viewer, context);
  }

  private async decide(id: string, decision: 'trusted' | 'rejected', { tenant, userId }: Viewer, context: RequestContext): Promise<ServerCertificate> {
    const decided = await this.certificates.decide(tenant, fromId('certificate', id), decision, { userId, at: new Date() });
    if (decided === null) throw notFound('certificate');
    return this.certificateOf(decided, context);
  }

  private async certificateOf({ certificate, endpoint, gateway }: ShownCertificate, { loaders }: RequestContext): Promise<ServerCertificate> {
    const { certificateId, thumbprint, pem, firstSeenAt, lastSeenAt, decision, decidedAt, decidedBy } = certificate;
    const x509 = new X509Certificate(pem);
    return {
      id: toId('certificate', certificateId),
      endpointId: toId('endpoint', endpoint.endpointId),
      endpointName: endpoint.name,
      gatewayName: gateway.name,
      thumbprint,
      sha1Thumbprint: x509.fingerprint.replaceAll(':', '').toLowerCase(),
      subject: inOneLine(x509.subject),
      issuer: inOneLine(x509.issuer),
      issuedFor: x509.subjectAltName ?? null,
      validFrom: new Date(x509.validFrom),
      validTo: new Date(x509.validTo),
      firstSeenAt,
      lastSeenAt,
      decision: DECISIONS[decision],
      decidedAt,
      decidedBy: decidedBy === null ? null : ((await loaders?.personName.load(decidedBy)) ?? null),
    };
  }
}
