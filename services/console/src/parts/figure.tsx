import type { ReactNode } from 'react';
import { useText } from '../i18n/text';
import { formatPercent, formatShare } from '../format/format';
import { useFormats } from '../shell/site-context';

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  /** Share of the data behind the number, 0..1: no number without it. */
  readonly completeness?: number | null;
  readonly note?: ReactNode;
  /** Provisional or final. */
  readonly status?: string;
  readonly big?: boolean;
  readonly testId?: string;
}

export function Figure({ label, value, completeness, note, status, big, testId }: FigureProps): ReactNode {
  return (
    <div className={big ? 'figure big' : 'figure'} data-testid={testId}>
      <span className="label">{label}</span>
      <span className="value">{value}</span>
      {note && <span className="under">{note}</span>}
      {completeness !== undefined && (
        <span className="under">
          <Completeness share={completeness} />
          {status && ` · ${status}`}
        </span>
      )}
    </div>
  );
}

/** `share` null: not known. */
export function Completeness({ share }: { readonly share: number | null | undefined }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  if (share === null || share === undefined) return <span className="off nowrap">{t('data.completenessUnknown')}</span>;
  const percent = formatShare(locale, share);
  return (
    <span className={share < 0.9 ? 'off nowrap' : 'nowrap'} title={t('data.completenessLong', { percent })}>
      {share < 0.9 && <span aria-hidden="true">◔ </span>}
      {t('data.completeness', { percent })}
    </span>
  );
}

/** A ratio against its target, in words and with a shape. */
export function AgainstTarget({ value, target }: { readonly value: number | null | undefined; readonly target: number | null | undefined }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  if (target === null || target === undefined) return null;
  if (value === null || value === undefined) return <span>{t('yield.target', { value: formatPercent(locale, target) })}</span>;
  const short = target - value;
  if (short < 0.0005) return <span>{t('yield.target', { value: formatPercent(locale, target) })}</span>;
  return (
    <span className="off">
      <span aria-hidden="true">▼ </span>
      {t('yield.below', { value: formatPercent(locale, short).replace(/\s%$/, '') })}
    </span>
  );
}

export function RatioMeter({ value, target }: { readonly value: number | null | undefined; readonly target: number | null | undefined }): ReactNode {
  const width = Math.max(0, Math.min(1, value ?? 0));
  const isShort = typeof value === 'number' && typeof target === 'number' && value < target - 0.0005;
  return (
    <div className="meter" aria-hidden="true">
      <i className={isShort ? 'short' : undefined} style={{ width: `${width * 100}%` }} />
      {typeof target === 'number' && <b style={{ left: `calc(${Math.min(1, target) * 100}% - 1px)` }} />}
    </div>
  );
}
