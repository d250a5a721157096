import { graphql } from '../../generated/gql';

export const LeaksDocument = graphql(`
  query Leaks($siteId: ID!, $states: [LeakAlertState!]) {
    leakAlerts(siteId: $siteId, states: $states) {
      ...LeakRowParts
    }
  }
`);
