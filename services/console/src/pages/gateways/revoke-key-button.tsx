import { Button, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/text';
import { useSaving } from '../../live/saving';
import { RevokeKeyDocument } from './access.documents';

interface RevokeProps {
  readonly keyId: string;
  readonly gatewayName: string;
  /** The gateway has no other. */
  readonly isLast: boolean;
  readonly onDone: () => void;
}

/** Says what happens before it does it: a gateway without a key is shut out. */
export function RevokeKeyButton({ keyId, gatewayName, isLast, onDone }: RevokeProps): ReactNode {
  const { t } = useText();
  const { isBusy, save } = useSaving();
  const [isOpen, setOpen] = useState(false);
  const revoke = async (): Promise<void> => {
    await save(RevokeKeyDocument, { keyId }, 'access.keyRevoked');
    setOpen(false);
    onDone();
  };
  return (
    <>
      <Button size="sm" variant="default" onClick={() => setOpen(true)}>
        {t('access.revokeKey')} …
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t('access.revokeTitle', { name: gatewayName })} closeButtonProps={{ 'aria-label': t('trust.cancel') }} centered>
        <div className="stack">
          <p>{t(isLast ? 'access.revokeLast' : 'access.revokeOne')}</p>
          <Button size="md" loading={isBusy} onClick={() => void revoke()}>
            {t('access.revokeKey')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
