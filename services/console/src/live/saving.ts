import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useClient, type AnyVariables, type TypedDocumentNode } from 'urql';
import { useText, type TextKey } from '../i18n/text';

export interface Saving {
  readonly isBusy: boolean;
  /** Does it and tells the user; null when it was not done. `done` null: the caller shows what came of it. */
  readonly save: <Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables, done: TextKey | null) => Promise<Data | null>;
}

/** Changes on the platform, one at a time. */
export function useSaving(): Saving {
  const client = useClient();
  const { t } = useText();
  const [isBusy, setBusy] = useState(false);
  const save: Saving['save'] = async (document, variables, done) => {
    setBusy(true);
    const { data, error } = await client.mutation(document, variables).toPromise();
    setBusy(false);
    const closeButtonProps = { 'aria-label': t('state.close') };
    if (error) notifications.show({ closeButtonProps, title: t('alarm.failed'), message: error.graphQLErrors[0]?.message ?? t('state.errorNetwork'), autoClose: 8000, role: 'alert' });
    else if (done !== null) notifications.show({ closeButtonProps, message: t(done), role: 'status' });
    return error ? null : (data ?? null);
  };
  return { isBusy, save };
}
