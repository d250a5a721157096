import type { ReactNode } from 'react';
import { formatDateTime } from '../../format/format';
import type { ServerCertificatesQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useNow } from '../../live/now';
import { Anchor } from '../../parts/anchor';
import { Panel } from '../../parts/panel';
import { useSession } from '../../shell/session';
import { useFormats, useSite } from '../../shell/site-context';
import { inGroups } from './thumbprint';
import { ServerCertificatesDocument } from './trust.documents';
import { TrustButtons } from './trust-buttons';

type CertificateData = ServerCertificatesQuery['serverCertificates'][number];

/** Certificates that devices showed: what waits for a decision, and what was decided. Absent while there is none. */
export function TrustInbox(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const asked = useLiveQuery({ query: ServerCertificatesDocument, variables: { siteId: site.id }, on: ['gateway'], everySeconds: 10 });
  const all = asked.data?.serverCertificates ?? [];
  if (all.length === 0) return null;
  const waiting = all.filter(({ decision }) => decision === 'PENDING');
  const decided = all.filter(({ decision }) => decision !== 'PENDING');
  return (
    <Anchor id="trust">
      <Panel title={t('trust.title')} testId="trust-inbox" note={<span className={waiting.length > 0 ? 'off' : undefined}>{t('trust.note', { count: waiting.length })}</span>}>
        <div className="stack">
          {waiting.length > 0 && <p>{t('trust.intro')}</p>}
          {waiting.map((certificate) => (
            <Certificate key={certificate.id} certificate={certificate} onDone={asked.refresh} />
          ))}
          {decided.length > 0 && (
            <details>
              <summary>
                {t('trust.decided')} ({decided.length})
              </summary>
              {decided.map((certificate) => (
                <Certificate key={certificate.id} certificate={certificate} onDone={asked.refresh} />
              ))}
            </details>
          )}
        </div>
      </Panel>
    </Anchor>
  );
}

function Certificate({ certificate, onDone }: { readonly certificate: CertificateData; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const { me } = useSession();
  const formats = useFormats();
  const now = useNow(60);
  const { decision, decidedAt, decidedBy, validFrom, validTo, thumbprint } = certificate;
  const hasExpired = Date.parse(validTo) < now;
  return (
    <article className="certificate" data-testid="certificate" data-decision={decision} aria-label={certificate.subject}>
      <dl className="kv">
        <dt>{t('trust.connection')}</dt>
        <dd className="strong">{certificate.gatewayName} / {certificate.endpointName}</dd>
        <dt>{t('trust.thumbprint')}</dt>
        <dd className="mono break">{inGroups(thumbprint)}</dd>
        <dt>{t('trust.sha1')}</dt>
        <dd className="mono break">{inGroups(certificate.sha1Thumbprint)}</dd>
        <dt>{t('trust.subject')}</dt>
        <dd className="break">{certificate.subject}</dd>
        {certificate.issuer !== certificate.subject && (
          <>
            <dt>{t('trust.issuer')}</dt>
            <dd className="break">{certificate.issuer}</dd>
          </>
        )}
        {certificate.issuedFor && (
          <>
            <dt>{t('trust.issuedFor')}</dt>
            <dd className="break">{certificate.issuedFor}</dd>
          </>
        )}
        <dt>{t('trust.validity')}</dt>
        <dd className={hasExpired ? 'off' : undefined}>
          {formatYearDay(formats.locale, validFrom)} – {formatYearDay(formats.locale, validTo)}
          {hasExpired && ` (${t('trust.expired')})`}
        </dd>
        <dt>{t('trust.firstSeen')}</dt>
        <dd>{formatDateTime(formats, certificate.firstSeenAt)}</dd>
      </dl>
      <div className="row">
        {decision !== 'PENDING' && decidedAt && (
          <span>
            <span aria-hidden="true">{decision === 'TRUSTED' ? '✓ ' : '✕ '}</span>
            {t(`trust.${decision}`, { name: decidedBy ?? '–', time: formatDateTime(formats, decidedAt) })}
          </span>
        )}
        {me.role === 'ADMIN' ? <TrustButtons certificate={certificate} onDone={onDone} /> : decision === 'PENDING' && <span className="dim">{t('trust.adminsOnly')}</span>}
      </div>
    </article>
  );
}

const formatYearDay = (locale: string, isoTime: string): string => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(isoTime));
