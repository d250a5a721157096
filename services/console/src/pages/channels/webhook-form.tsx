import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useText } from '../../i18n/text';
import { useSaving } from '../../live/saving';
import { Panel } from '../../parts/panel';
import { AddWebhookDocument } from './channels.documents';

const EMPTY = { name: '', url: '', secret: '' };
const LEAST_SECRET = 16;

/** A webhook; its secret is entered here and shown nowhere. */
export function WebhookForm({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const { isBusy, save } = useSaving();
  const [given, setGiven] = useState(EMPTY);
  const set = (part: Partial<typeof EMPTY>): void => setGiven({ ...given, ...part });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if ((await save(AddWebhookDocument, given, 'channels.added')) === null) return;
    setGiven(EMPTY);
    onDone();
  };
  return (
    <Panel title={t('channels.add')}>
      <form className="stack narrow" onSubmit={(event) => void submit(event)} autoComplete="off">
        <TextInput size="md" label={t('channels.name')} required withAsterisk={false} maxLength={100} value={given.name} onChange={(event) => set({ name: event.currentTarget.value })} />
        <TextInput size="md" type="url" label={t('channels.url')} description={t('channels.urlNote')} required withAsterisk={false} maxLength={2000} value={given.url} onChange={(event) => set({ url: event.currentTarget.value })} />
        <PasswordInput size="md" label={t('channels.secret')} description={t('channels.secretNote')} required withAsterisk={false} minLength={LEAST_SECRET} maxLength={200} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('channels.showSecret') }} value={given.secret} onChange={(event) => set({ secret: event.currentTarget.value })} />
        <div>
          <Button type="submit" size="md" loading={isBusy} disabled={given.name.trim() === '' || given.url.trim() === '' || given.secret.length < LEAST_SECRET}>
            {t('channels.addButton')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
