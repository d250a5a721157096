import { graphql } from '../../generated/gql';

export const AcknowledgeDocument = graphql(`
  mutation AcknowledgeAlarm($alarmId: ID!, $comment: String) {
    acknowledgeAlarm(alarmId: $alarmId, comment: $comment) {
      ...AlarmParts
    }
  }
`);

export const AssignDocument = graphql(`
  mutation AssignAlarm($alarmId: ID!, $personId: ID) {
    assignAlarm(alarmId: $alarmId, personId: $personId) {
      ...AlarmParts
    }
  }
`);

export const CommentDocument = graphql(`
  mutation CommentAlarm($alarmId: ID!, $comment: String!) {
    commentAlarm(alarmId: $alarmId, comment: $comment) {
      ...AlarmParts
    }
  }
`);

export const ShelveDocument = graphql(`
  mutation ShelveAlarm($alarmId: ID!, $until: DateTime!, $reason: String!) {
    shelveAlarm(alarmId: $alarmId, until: $until, reason: $reason) {
      ...AlarmParts
    }
  }
`);

export const UnshelveDocument = graphql(`
  mutation UnshelveAlarm($alarmId: ID!) {
    unshelveAlarm(alarmId: $alarmId) {
      ...AlarmParts
    }
  }
`);

export const OutcomeDocument = graphql(`
  mutation SetAlarmOutcome($alarmId: ID!, $outcome: AlarmOutcome!, $comment: String) {
    setAlarmOutcome(alarmId: $alarmId, outcome: $outcome, comment: $comment) {
      ...AlarmParts
    }
  }
`);

export const RepairedDocument = graphql(`
  mutation MarkRepaired($alarmId: ID!, $comment: String) {
    markRepaired(alarmId: $alarmId, comment: $comment) {
      ...AlarmParts
    }
  }
`);
