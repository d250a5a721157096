import { graphql } from '../../generated/gql';

export const AlarmsDocument = graphql(`
  query Alarms($siteId: ID!, $states: [AlarmState!]) {
    alarms(siteId: $siteId, states: $states) {
      ...AlarmParts
    }
  }
`);
