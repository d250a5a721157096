import { graphql } from '../../generated/gql';

export const GatewaysDocument = graphql(`
  query Gateways($siteId: ID!) {
    site(id: $siteId) {
      id
      gateways {
        id
        name
        version
        startedAt
        statusAt
        online
        clockOffsetMs
        clockWarning
        lagSeconds
        spool {
          depthBatches
          depthBytes
          oldest
          quarantinedRecords
        }
        backfill {
          tagsDone
          tagsTotal
          samples
          progress
        }
        endpoints {
          id
          name
          connector
          tagCount
          state
          since
          code
          reason
          askedPerSecond
          achievedPerSecond
          rateReason
          rateGroups {
            group
            tagCount
            askedPerSecond
            achievedPerSecond
            code
            reason
          }
          tagProblems {
            total
            first {
              tagId
              tagPath
              code
              reason
            }
          }
          modelChange {
            baselineAt
            appeared
            vanished
            changed
            first {
              kind
              path
              what
            }
          }
          untrustedCertificate {
            thumbprint
            subject
          }
        }
      }
    }
  }
`);
