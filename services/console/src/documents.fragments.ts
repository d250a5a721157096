import { graphql } from './generated/gql';

export const LatestParts = graphql(`
  fragment LatestParts on LatestValue {
    tagId
    value
    sourceTime
    quality
    status
    stale
  }
`);

export const FigureParts = graphql(`
  fragment FigureParts on YieldFigures {
    yield
    availability
    effectiveness
    quality
    oee
    scrap
    goodQuantity
    rejectQuantity
    producedQuantity
    completeness
    status
    targetYield
    targetOee
  }
`);

export const LossParts = graphql(`
  fragment LossParts on LeakLoss {
    kgPerHour
    kgSinceOnset
    co2KgSinceOnset
    energyKwhSinceOnset
    formula
    completeness
    perHour {
      amount
      currency
    }
    sinceOnset {
      amount
      currency
    }
  }
`);

export const LeakRowParts = graphql(`
  fragment LeakRowParts on LeakAlert {
    id
    state
    onsetAt
    detectedAt
    closedAt
    excessC
    confidence
    place {
      positionM
      plusMinusM
    }
    pipeRun {
      id
      name
      lengthM
    }
    loss {
      ...LossParts
    }
    alarm {
      id
      state
      priority
      active
      shelvedUntil
      outcome
      assignee {
        id
        name
      }
    }
  }
`);

export const AlarmParts = graphql(`
  fragment AlarmParts on Alarm {
    id
    kind
    title
    priority
    cause
    consequence
    action
    active
    state
    raisedAt
    acknowledgedAt
    clearedAt
    repairedAt
    verifiedAt
    outcome
    shelvedUntil
    shelvedReason
    suppressedReason
    outOfServiceReason
    allowedActions
    acknowledgedBy {
      id
      name
    }
    assignee {
      id
      name
    }
    leakAlert {
      id
    }
  }
`);

export const ShiftParts = graphql(`
  fragment ShiftParts on ShiftYield {
    id
    status
    revision
    computedAt
    shift {
      name
      start
      end
      productionDay
    }
    figures {
      ...FigureParts
    }
  }
`);
