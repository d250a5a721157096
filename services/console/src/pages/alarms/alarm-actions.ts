import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useClient, type AnyVariables, type TypedDocumentNode } from 'urql';
import type { AlarmOutcome } from '../../generated/graphql';
import { useText } from '../../i18n/text';
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
  const client = useClient();
  const { t } = useText();
  const [isBusy, setBusy] = useState(false);
  const run = async <Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<boolean> => {
    setBusy(true);
    const { error } = await client.mutation(document, variables).toPromise();
    setBusy(false);
    if (error) {
      notifications.show({ title: t('alarm.failed'), message: error.graphQLErrors[0]?.message ?? t('state.errorNetwork'), autoClose: 8000, role: 'alert' });
      return false;
    }
    notifications.show({ message: t('alarm.done'), role: 'status' });
    return true;
  };
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
