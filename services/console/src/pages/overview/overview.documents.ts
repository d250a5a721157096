import { graphql } from '../../generated/gql';

export const OverviewDocument = graphql(`
  query Overview($siteId: ID!, $from: DateTime!, $to: DateTime!) {
    site(id: $siteId) {
      id
      overview {
        openLeakAlerts
        unacknowledgedLeakAlerts
        leakLossKgPerHour
        leakLossCompleteness
        tagCount
        tagsLive
        newestSampleAt
        leakLossPerHour {
          amount
          currency
        }
        shift {
          name
          start
          end
          productionDay
        }
        today {
          ...FigureParts
        }
      }
      lines {
        id
        name
        targetYield
        targetOee
        currentState {
          state
          label
          from
          to
        }
        shifts(from: $from, to: $to) {
          ...ShiftParts
        }
      }
      pipeRuns {
        id
      }
    }
    leakAlerts(siteId: $siteId, first: 5) {
      ...LeakRowParts
    }
  }
`);

export const PipesAtAGlanceDocument = graphql(`
  query PipesAtAGlance($siteId: ID!) {
    site(id: $siteId) {
      id
      pipeRuns {
        id
        name
        lengthM
        openLeakAlerts {
          id
          place {
            positionM
          }
        }
        sensors {
          positionM
          excess
          tag {
            id
            latest {
              ...LatestParts
            }
          }
        }
      }
    }
  }
`);
