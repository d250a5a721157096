import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useText } from '../../i18n/text';
import type { AlarmActions } from './alarm-actions';

const HOURS = [1, 4, 8, 24];

/** Shelving needs an end and a reason (ISA-18.2). */
export function ShelveButton({ actions }: { readonly actions: AlarmActions }): ReactNode {
  const { t } = useText();
  const [isOpen, setOpen] = useState(false);
  const [hours, setHours] = useState(1);
  const [reason, setReason] = useState('');
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await actions.shelve(hours, reason.trim())) setOpen(false);
  };
  return (
    <>
      <Button variant="default" size="md" onClick={() => setOpen(true)}>
        {t('alarm.shelve')} …
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t('alarm.shelve')} closeButtonProps={{ 'aria-label': t('alarm.cancel') }} centered>
        <form className="stack" onSubmit={(event) => void submit(event)}>
          <NativeSelect size="md" label={t('alarm.shelveFor')} value={String(hours)} onChange={(event) => setHours(Number(event.currentTarget.value))} data={HOURS.map((count) => ({ value: String(count), label: t('alarm.hours', { count }) }))} />
          <TextInput size="md" label={t('alarm.reason')} required minLength={3} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
          <Button type="submit" size="md" loading={actions.isBusy} disabled={reason.trim().length < 3}>
            {t('alarm.shelve')}
          </Button>
        </form>
      </Modal>
    </>
  );
}
