import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { formatNumber } from '../format/format';
import { useText } from '../i18n/text';
import { sitePath, useFormats, useSite } from '../shell/site-context';
import type { StripSensor } from './pipe-strip.types';
import { isUsable } from './strip-rows';

/** The chosen sensor in words. */
export function SensorLine({ sensor }: { readonly sensor: StripSensor }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { slug } = useSite();
  const { excess, expected, unit } = sensor;
  return (
    <p className="row sensor-line" aria-live="off">
      <span className="strong">{formatNumber(locale, sensor.positionM, 1, 'm')}</span>
      <span className={isUsable(sensor) ? 'strong' : 'off'}>
        {formatNumber(locale, sensor.value, 1, unit)}
        {!isUsable(sensor) && ` ${sensor.quality && sensor.quality !== 'GOOD' ? t(`data.${sensor.quality}`) : sensor.value === null ? t('data.noData') : t('data.stale')}`}
      </span>
      {expected !== null && <span className="dim">{t('pipe.expected', { value: formatNumber(locale, expected, 1, unit) })}</span>}
      {excess !== null && isUsable(sensor) && <span>{t(excess >= 0 ? 'pipe.excess' : 'pipe.under', { value: formatNumber(locale, Math.abs(excess), 1, unit) })}</span>}
      <Link className="small" to={sitePath(slug, `/tags/${sensor.tagId}`)}>
        {sensor.name}
      </Link>
    </p>
  );
}
