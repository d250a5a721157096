import type { AnyVariables, TypedDocumentNode } from 'urql';
import type { AlarmOutcome } from '../../generated/graphql';
import { useSaving } from '../../live/saving';
import { AcknowledgeDocument, AssignDocument, CommentDocument, OutcomeDocument, RepairedDocument, ShelveDocument, UnshelveDocument } from './alarm-actions.documents';

export interface AlarmActions {
  readonly isBusy: boolean;
  readonly acknowledge: () => Promise<boolean>;
  readonly assign: (personId: string | null) => Promise<boolean>;
  readonly comment: (comment: string) => Promise<boolean>;
  readonly shelve: (hours: number, reason: string) => Promise<boolean>;
  readonly unshelve: () => Promise<boolean>;
  readonly setOutcome: (outcome: AlarmOutcome) => Promise<boolean>;
  readonly markRepaired: () => Promise<boolean>;
}

const HOUR_MS = 3_600_000;

/** What can be done with one alarm. Each answers whether it was saved and tells the user. */
export function useAlarmActions(alarmId: string): AlarmActions {
  const { isBusy, save } = useSaving();
  const run = async <Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<boolean> =>
    (await save(document, variables, 'alarm.done')) !== null;
  return {
    isBusy,
    acknowledge: () => run(AcknowledgeDocument, { alarmId }),
    assign: (personId) => run(AssignDocument, { alarmId, personId }),
    comment: (comment) => run(CommentDocument, { alarmId, comment }),
    shelve: (hours, reason) => run(ShelveDocument, { alarmId, until: new Date(Date.now() + hours * HOUR_MS).toISOString(), reason }),
    unshelve: () => run(UnshelveDocument, { alarmId }),
    setOutcome: (outcome) => run(OutcomeDocument, { alarmId, outcome }),
    markRepaired: () => run(RepairedDocument, { alarmId }),
  };
}
