import { graphql } from '../../generated/gql';

export const LeakDocument = graphql(`
  query Leak($id: ID!) {
    leakAlert(id: $id) {
      ...LeakRowParts
      alarm {
        ...AlarmParts
        history {
          id
          at
          transition
          comment
          toState
          person {
            id
            name
          }
        }
      }
    }
  }
`);

export const LeakSensorsDocument = graphql(`
  query LeakSensors($pipeRunId: ID!) {
    pipeRun(id: $pipeRunId) {
      id
      sensors {
        ...PipeSensorParts
      }
    }
  }
`);

export const PeopleDocument = graphql(`
  query People {
    assignablePeople {
      id
      name
    }
  }
`);

export const LeakEvidenceDocument = graphql(`
  query LeakEvidence($id: ID!) {
    leakAlert(id: $id) {
      id
      evidence {
        from
        to
        summary
        unit
        completeness
        continuity {
          kind
          from
          to
          reason
        }
        series {
          role
          positionM
          tag {
            id
            name
          }
          points {
            time
            value
            quality
          }
        }
      }
    }
  }
`);
