import { graphql } from '../generated/gql';

export const LiveValuesDocument = graphql(`
  subscription LiveValues($tagIds: [ID!]!) {
    liveValues(tagIds: $tagIds) {
      ...LatestParts
    }
  }
`);
