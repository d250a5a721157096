import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatDateTime, type Formats } from '../../format/format';
import type { GatewayAccessPartsFragment } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useSaving } from '../../live/saving';
import { useFormats } from '../../shell/site-context';
import { RevokeInvitationDocument, RotateKeyDocument } from './access.documents';
import { InviteButton } from './invite-button';
import { RevokeKeyButton } from './revoke-key-button';

type KeyData = GatewayAccessPartsFragment['keys'][number];
type InvitationData = GatewayAccessPartsFragment['invitations'][number];

/** With what this gateway may come in; for administrators. */
export function AccessPanel({ access, onDone }: { readonly access: GatewayAccessPartsFragment; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { isBusy, save } = useSaving();
  const { gatewayId, gatewayName, keys, invitations, rotationAskedAt, lastRotationAt, keyTrouble } = access;
  const accepted = keys.filter((key) => key.accepted);
  // At first only: afterwards it is for the reader to open and close.
  const [isOpenAtFirst] = useState(accepted.length === 0 || invitations.length > 0 || rotationAskedAt !== null);
  const rotate = async (): Promise<void> => {
    await save(RotateKeyDocument, { gatewayId }, 'access.rotationSaved');
    onDone();
  };
  return (
    <details data-testid="gateway-access" open={isOpenAtFirst}>
      <summary>
        {t('access.title')}
        <span className="dim small">
          {t('access.keys', { count: accepted.length })}
          {invitations.length > 0 && ` · ${t('access.pending', { count: invitations.length })}`}
        </span>
      </summary>
      <div className="stack">
        <dl className="kv">
          <dt>{t('access.lastRotation')}</dt>
          <dd>{lastRotationAt ? formatDateTime(formats, lastRotationAt) : t('access.neverRotated')}</dd>
          {rotationAskedAt && (
            <>
              <dt>{t('access.rotationAsked')}</dt>
              <dd className="off">{t('access.rotationWaits', { time: formatDateTime(formats, rotationAskedAt) })}</dd>
            </>
          )}
          {keyTrouble && (
            <>
              <dt>{t('access.trouble')}</dt>
              <dd className="off">{keyTrouble}</dd>
            </>
          )}
        </dl>
        <ul className="plain doors">
          {keys.map((key) => (
            <Key key={key.id} data={key} gatewayName={gatewayName} isLast={accepted.length === 1} onDone={onDone} />
          ))}
          {invitations.map((invitation) => (
            <Invitation key={invitation.id} data={invitation} onDone={onDone} />
          ))}
          {keys.length + invitations.length === 0 && <li className="off">{t('access.none')}</li>}
        </ul>
        <div className="row">
          {accepted.length > 0 && (
            <Button size="md" variant="default" loading={isBusy} disabled={rotationAskedAt !== null} onClick={() => void rotate()}>
              {t('access.rotate')}
            </Button>
          )}
          <InviteButton gateway={{ id: gatewayId, name: gatewayName }} onDone={onDone} />
        </div>
      </div>
    </details>
  );
}

function Key({ data, gatewayName, isLast, onDone }: { readonly data: KeyData; readonly gatewayName: string; readonly isLast: boolean; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { id, createdAt, expiresAt, revokedAt, accepted } = data;
  const until = revokedAt ? t('access.revokedAt', { time: formatDateTime(formats, revokedAt) }) : expiresAt ? t(accepted ? 'access.endsAt' : 'access.endedAt', { time: formatEnd(formats, expiresAt) }) : t('access.endless');
  return (
    <li data-testid="gateway-key">
      <span className={accepted ? undefined : 'dim'}>
        <span aria-hidden="true">{accepted ? '● ' : '○ '}</span>
        {t('access.keySince', { time: formatDateTime(formats, createdAt) })}, {until}
      </span>
      {accepted && <RevokeKeyButton keyId={id} gatewayName={gatewayName} isLast={isLast} onDone={onDone} />}
    </li>
  );
}

function Invitation({ data, onDone }: { readonly data: InvitationData; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { isBusy, save } = useSaving();
  const { id, createdAt, createdBy, expiresAt, expired } = data;
  const revoke = async (): Promise<void> => {
    await save(RevokeInvitationDocument, { invitationId: id }, 'access.invitationRevoked');
    onDone();
  };
  return (
    <li data-testid="gateway-invitation">
      <span>
        <span aria-hidden="true">◌ </span>
        {t('access.invitedBy', { name: createdBy ?? '–', time: formatDateTime(formats, createdAt) })},{' '}
        <span className={expired ? 'off' : undefined}>{t(expired ? 'access.expired' : 'access.validUntil', { time: formatDateTime(formats, expiresAt) })}</span>
      </span>
      <Button size="sm" variant="default" loading={isBusy} onClick={() => void revoke()}>
        {t('access.revokeInvitation')}
      </Button>
    </li>
  );
}

const SOON_MS = 172_800_000;

/** A key lives for a year: its day with the year; one that ends soon or has just ended, to the minute. */
function formatEnd(formats: Formats, isoTime: string): string {
  if (Math.abs(Date.parse(isoTime) - Date.now()) < SOON_MS) return formatDateTime(formats, isoTime);
  return new Intl.DateTimeFormat(formats.locale, { timeZone: formats.timeZone, dateStyle: 'medium' }).format(new Date(isoTime));
}
