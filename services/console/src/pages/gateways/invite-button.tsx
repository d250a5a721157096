import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { InvitationPartsFragment } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useSaving } from '../../live/saving';
import { useSite } from '../../shell/site-context';
import { AddGatewayDocument, InviteGatewayDocument } from './access.documents';
import { InvitationShown } from './invitation-shown';

const HOURS = [1, 24, 72, 168];

interface InviteProps {
  /** Absent: a gateway is added to the plant. */
  readonly gateway?: { readonly id: string; readonly name: string };
  readonly onDone: () => void;
}

/** Asks for a name and how long, then shows token and command, once. */
export function InviteButton({ gateway, onDone }: InviteProps): ReactNode {
  const { t } = useText();
  const site = useSite();
  const { isBusy, save } = useSaving();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [validHours, setValidHours] = useState(24);
  const [invited, setInvited] = useState<InvitationPartsFragment | null>(null);
  const label = t(gateway ? 'access.inviteAgain' : 'access.invite');
  const close = (): void => {
    setOpen(false);
    setInvited(null);
    setName('');
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = gateway ? await save(InviteGatewayDocument, { gatewayId: gateway.id, validHours }, null) : await save(AddGatewayDocument, { siteId: site.id, name: name.trim(), validHours }, null);
    if (answer === null) return;
    setInvited(answer.invited);
    onDone();
  };
  return (
    <>
      <Button size="md" variant={gateway ? 'default' : 'filled'} onClick={() => setOpen(true)}>
        {label} …
      </Button>
      <Modal opened={isOpen} onClose={close} size="lg" title={invited ? t('access.shownTitle', { name: invited.gatewayName }) : label} closeButtonProps={{ 'aria-label': t('trust.cancel') }} withCloseButton={invited === null} closeOnEscape={invited === null} closeOnClickOutside={invited === null} centered>
        {invited ? (
          <InvitationShown invited={invited} onDone={close} />
        ) : (
          <form className="stack" onSubmit={(event) => void submit(event)}>
            <p>{gateway ? t('access.inviteAgainIntro', { name: gateway.name }) : t('access.inviteIntro')}</p>
            {!gateway && <TextInput size="md" label={t('access.name')} required withAsterisk={false} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />}
            <NativeSelect size="md" label={t('access.validFor')} value={String(validHours)} onChange={(event) => setValidHours(Number(event.currentTarget.value))} data={HOURS.map((count) => ({ value: String(count), label: t('alarm.hours', { count }) }))} />
            <Button type="submit" size="md" loading={isBusy} disabled={!gateway && name.trim() === ''}>
              {t('access.makeToken')}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
