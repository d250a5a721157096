import { graphql } from '../../generated/gql';

export const ServerCertificatesDocument = graphql(`
  query ServerCertificates($siteId: ID!) {
    serverCertificates(siteId: $siteId) {
      id
      endpointName
      gatewayName
      thumbprint
      sha1Thumbprint
      subject
      issuer
      issuedFor
      validFrom
      validTo
      firstSeenAt
      decision
      decidedAt
      decidedBy
    }
  }
`);

export const TrustCertificateDocument = graphql(`
  mutation TrustCertificate($certificateId: ID!) {
    trustCertificate(certificateId: $certificateId) {
      id
      decision
    }
  }
`);

export const RejectCertificateDocument = graphql(`
  mutation RejectCertificate($certificateId: ID!) {
    rejectCertificate(certificateId: $certificateId) {
      id
      decision
    }
  }
`);
