import { graphql } from '../../generated/gql';

export const TagsDocument = graphql(`
  query Tags($siteId: ID!, $first: Int!, $after: String, $filter: String) {
    tags(siteId: $siteId, first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        cursor
        node {
          id
          path
          name
          unit
          latest {
            ...LatestParts
          }
        }
      }
    }
  }
`);

export const TagDocument = graphql(`
  query Tag($id: ID!) {
    tag(id: $id) {
      id
      path
      name
      unit
      kind
      rangeLow
      rangeHigh
      scanIntervalMs
      retiredAt
      latest {
        ...LatestParts
      }
    }
  }
`);

export const TagSamplesDocument = graphql(`
  query TagSamples($tagId: ID!, $from: DateTime!, $to: DateTime!) {
    samples(tagId: $tagId, from: $from, to: $to, max: 1500) {
      completeness
      thinned
      continuity {
        kind
        from
        to
        reason
      }
      samples {
        time
        value
        quality
      }
    }
  }
`);

export const TagBucketsDocument = graphql(`
  query TagBuckets($tagIds: [ID!]!, $from: DateTime!, $to: DateTime!, $bucketSeconds: Int!) {
    buckets(tagIds: $tagIds, from: $from, to: $to, bucketSeconds: $bucketSeconds) {
      completeness
      continuity {
        kind
        from
        to
        reason
      }
      buckets {
        start
        min
        max
        mean
        completeness
      }
    }
  }
`);

export const TagCalendarDocument = graphql(`
  query TagCalendar($tagIds: [ID!]!, $shiftsFrom: DateTime!, $daysFrom: DateTime!, $to: DateTime!) {
    shifts: calendarBuckets(tagIds: $tagIds, from: $shiftsFrom, to: $to, period: SHIFT) {
      buckets {
        ...CalendarParts
      }
    }
    days: calendarBuckets(tagIds: $tagIds, from: $daysFrom, to: $to, period: DAY) {
      buckets {
        ...CalendarParts
      }
    }
  }
  fragment CalendarParts on CalendarBucket {
    start
    end
    name
    productionDay
    count
    min
    max
    mean
    completeness
    revision
    revisedAt
  }
`);

export const TagDataPathDocument = graphql(`
  query TagDataPath($id: ID!) {
    tag(id: $id) {
      id
      dataPath {
        ok
        cause {
          station
        }
        steps {
          station
          state
          code
          what
          remedy
          since
          detail
        }
      }
    }
  }
`);
