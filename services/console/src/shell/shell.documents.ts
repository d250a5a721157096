import { graphql } from '../generated/gql';

export const MeDocument = graphql(`
  query Me {
    me {
      id
      name
      email
      role
      tenant {
        id
        slug
        name
        currency
        locale
      }
    }
  }
`);

export const SignInDocument = graphql(`
  mutation SignIn($email: String!, $password: String!) {
    signIn(email: $email, password: $password) {
      id
    }
  }
`);

export const SignOutDocument = graphql(`
  mutation SignOut {
    signOut
  }
`);

export const SitesDocument = graphql(`
  query Sites {
    sites {
      id
      slug
      name
      timeZone
      dashboardUrl
      lines {
        id
        name
      }
      pipeRuns {
        id
        name
      }
      overview {
        openLeakAlerts
        unacknowledgedLeakAlerts
      }
      backfill {
        tagsDone
        tagsTotal
        samples
        progress
      }
      simulation {
        speed
        scripted {
          title
          startsAt
        }
      }
    }
  }
`);

export const AlarmChangedDocument = graphql(`
  subscription AlarmChanged($siteId: ID!) {
    alarmChanged(siteId: $siteId) {
      id
      kind
      state
      priority
      title
      active
    }
  }
`);

export const YieldChangedDocument = graphql(`
  subscription YieldChanged($siteId: ID!) {
    yieldChanged(siteId: $siteId) {
      id
      revision
    }
  }
`);

export const GatewayChangedDocument = graphql(`
  subscription GatewayChanged($siteId: ID!) {
    gatewayChanged(siteId: $siteId) {
      id
      statusAt
    }
  }
`);
