import type { ReactNode } from 'react';
import { formatMass, formatMoney, formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { LeakData } from './leak-page';
import { whyNoAmount, whyNoMoney } from './why-unknown';

/** What the leak costs now and has cost so far, with the formula. */
export function LossPanel({ leak }: { readonly leak: LeakData }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { loss } = leak;
  return (
    <Panel title={t('leak.lossSoFar')} note={<Completeness share={loss.completeness} />} testId="leak-loss">
      <div className="row" style={{ justifyContent: 'space-between', alignItems: 'baseline', marginBottom: 12 }}>
        <span>
          <span style={{ fontSize: 32, fontWeight: 600, lineHeight: 1.15 }}>{formatMoney(locale, loss.sinceOnset, 2)}</span>
          <Reason text={whyNoMoney(loss, t)} />
        </span>
        <span className="end">
          <span className="small dim">{t(leak.closedAt ? 'leak.lossWas' : 'leak.lossNow')}</span>
          <br />
          <span className="strong">{formatMoney(locale, loss.perHour, 2)} / h</span>
        </span>
      </div>
      <dl className="kv">
        <dt>{t('leak.steam')}</dt>
        <dd>
          {formatMass(locale, loss.kgSinceOnset)} <span className="dim">({formatNumber(locale, loss.kgPerHour, 1, 'kg/h')})</span>
        </dd>
        <dt>{t('leak.energy')}</dt>
        <dd>
          {formatNumber(locale, loss.energyKwhSinceOnset, (loss.energyKwhSinceOnset ?? 0) < 100 ? 1 : 0, 'kWh')}
          <Reason text={whyNoAmount(loss.energyKwhSinceOnset, loss, 'leak.noEnergy', t)} />
        </dd>
        <dt>{t('leak.co2')}</dt>
        <dd>
          {formatMass(locale, loss.co2KgSinceOnset)}
          <Reason text={whyNoAmount(loss.co2KgSinceOnset, loss, 'leak.noCo2', t)} />
        </dd>
      </dl>
      <p className="small dim" style={{ marginTop: 12 }}>
        <span className="strong">{t('leak.formula')}:</span> <span className="break">{loss.formula}</span>
      </p>
    </Panel>
  );
}

function Reason({ text }: { readonly text: string | undefined }): ReactNode {
  return text === undefined ? null : (
    <span className="small dim" data-testid="loss-unknown">
      {' '}
      {text}
    </span>
  );
}
