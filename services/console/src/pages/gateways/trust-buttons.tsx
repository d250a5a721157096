import { Button, Checkbox, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { ServerCertificatesQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useSaving } from '../../live/saving';
import { RejectCertificateDocument, TrustCertificateDocument } from './trust.documents';
import { inGroups } from './thumbprint';

type CertificateData = ServerCertificatesQuery['serverCertificates'][number];

/** Trusting asks whether the thumbprint was compared; rejecting is safe and asks nothing. */
export function TrustButtons({ certificate, onDone }: { readonly certificate: CertificateData; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const { isBusy, save } = useSaving();
  const [isOpen, setOpen] = useState(false);
  const [compared, setCompared] = useState(false);
  const { id: certificateId, decision, thumbprint } = certificate;
  const decide = async (document: typeof TrustCertificateDocument | typeof RejectCertificateDocument): Promise<void> => {
    await save<unknown, { certificateId: string }>(document, { certificateId }, 'trust.saved');
    setOpen(false);
    onDone();
  };
  return (
    <>
      {decision !== 'TRUSTED' && (
        <Button size="md" onClick={() => setOpen(true)}>
          {t('trust.trust')} …
        </Button>
      )}
      {decision !== 'REJECTED' && (
        <Button size="md" variant="default" loading={isBusy && !isOpen} onClick={() => void decide(RejectCertificateDocument)}>
          {t(decision === 'TRUSTED' ? 'trust.takeBack' : 'trust.reject')}
        </Button>
      )}
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t('trust.trustTitle')} closeButtonProps={{ 'aria-label': t('trust.cancel') }} centered>
        <div className="stack">
          <p className="strong">{certificate.endpointName}</p>
          <p className="mono break">{inGroups(thumbprint)}</p>
          <Checkbox size="md" label={t('trust.compared')} checked={compared} onChange={(event) => setCompared(event.currentTarget.checked)} data-autofocus />
          <Button size="md" disabled={!compared} loading={isBusy} onClick={() => void decide(TrustCertificateDocument)}>
            {t('trust.trust')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
