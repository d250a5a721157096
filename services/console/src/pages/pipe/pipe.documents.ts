import { graphql } from '../../generated/gql';

export const PipeSensorParts = graphql(`
  fragment PipeSensorParts on PipeSensor {
    positionM
    expected
    excess
    tag {
      id
      name
      unit
      latest {
        ...LatestParts
      }
    }
  }
`);

export const PipeDocument = graphql(`
  query Pipe($id: ID!) {
    pipeRun(id: $id) {
      id
      name
      lengthM
      medium
      sensors {
        ...PipeSensorParts
      }
      openLeakAlerts {
        ...LeakRowParts
      }
      pipeTemperature {
        id
        name
        unit
        latest {
          ...LatestParts
        }
      }
      pressure {
        id
        name
        unit
        latest {
          ...LatestParts
        }
      }
    }
  }
`);
