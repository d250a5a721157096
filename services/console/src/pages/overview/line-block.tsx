import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { OverviewQuery, ShiftPartsFragment } from '../../generated/graphql';
import { formatNumber, formatPercent, formatTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { AgainstTarget, Completeness, RatioMeter } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { LineNow } from '../line/line-now';
import { shiftName } from '../line/shift-name';
import { ShiftTable } from '../line/shift-table';

type LineData = NonNullable<OverviewQuery['site']>['lines'][number];

/** One line: what it does now, the running shift large, the shifts before it below. */
export function LineBlock({ line }: { readonly line: LineData }): ReactNode {
  const { t } = useText();
  const { slug } = useSite();
  const [current, ...before] = line.shifts;
  return (
    <Panel
      title={line.name}
      testId="line-block"
      note={line.currentState && <LineNow state={line.currentState} />}
      right={
        <Link to={sitePath(slug, `/lines/${line.id}`)}>
          {t('line.details')}
          <span className="hidden"> {line.name}</span>
        </Link>
      }
    >
      {current ? (
        <div className="stack">
          <ShiftFigures shift={current} />
          {before.length > 0 && <ShiftTable shifts={before} label={line.name} />}
        </div>
      ) : (
        <p className="dim">{t('overview.noYieldYet')}</p>
      )}
    </Panel>
  );
}

export function ShiftFigures({ shift }: { readonly shift: ShiftPartsFragment }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { locale } = formats;
  const { figures } = shift;
  return (
    <div>
      <p className="small dim" style={{ marginBottom: 8 }}>
        <span className="strong">{shiftName(shift.shift.name, t)}</span> {formatTime(formats, shift.shift.start)}–{formatTime(formats, shift.shift.end)} · {t(`yield.${shift.status}`)} · <Completeness share={figures.completeness} />
      </p>
      <div className="line-now">
        <div data-testid="line-yield">
          <div className="small dim">{t('yield.yield')}</div>
          <div className="value">{formatPercent(locale, figures.yield)}</div>
          <RatioMeter value={figures.yield} target={figures.targetYield} />
          <div className="under">
            <AgainstTarget value={figures.yield} target={figures.targetYield} />
          </div>
        </div>
        <div data-testid="line-oee">
          <div className="small dim">{t('yield.oee')}</div>
          <div className="value">{formatPercent(locale, figures.oee)}</div>
          <RatioMeter value={figures.oee} target={figures.targetOee} />
          <div className="under">
            <AgainstTarget value={figures.oee} target={figures.targetOee} />
          </div>
        </div>
        <div data-testid="line-scrap">
          <div className="small dim">{t('yield.scrap')}</div>
          <div className="value">{formatPercent(locale, figures.scrap)}</div>
          <RatioMeter value={figures.scrap} target={null} />
          <div className="under">
            {formatNumber(locale, figures.rejectQuantity, 0)} / {formatNumber(locale, figures.producedQuantity, 0)} {t('yield.pieces')}
          </div>
        </div>
      </div>
    </div>
  );
}
