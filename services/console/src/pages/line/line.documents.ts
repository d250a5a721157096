import { graphql } from '../../generated/gql';

export const LineDocument = graphql(`
  query Line($id: ID!, $from: DateTime!, $to: DateTime!, $asOf: DateTime) {
    line(id: $id) {
      id
      name
      path
      targetYield
      targetOee
      currentState {
        state
        label
        from
        to
      }
      shifts(from: $from, to: $to, asOf: $asOf) {
        ...ShiftParts
        elements {
          plannedBusyS
          productionS
          setupS
          downtimeS
          unknownS
          idealProducedS
          idealGoodS
          producedQuantity
          goodQuantity
          scrapQuantity
          reworkQuantity
          materialKg
          energyKwh
        }
        lossTree {
          kind
          reason
          minutes
          share
          cost {
            amount
            currency
          }
        }
        products {
          productCode
          name
          figures {
            ...FigureParts
          }
        }
        restatements {
          revision
          computedAt
          reason
          figures {
            ...FigureParts
          }
        }
      }
    }
  }
`);

export const LineTimelineDocument = graphql(`
  query LineTimeline($id: ID!, $from: DateTime!, $to: DateTime!) {
    line(id: $id) {
      id
      timeline(from: $from, to: $to) {
        state
        label
        from
        to
      }
    }
  }
`);
