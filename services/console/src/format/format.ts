/** Pure formatting of numbers, money and times. Locale and time zone are parameters. */
export interface Formats {
  /** BCP 47. */
  readonly locale: string;
  /** IANA name of the plant's zone. */
  readonly timeZone: string;
}

const NBSP = '\u00a0';
export const MISSING = '–';

export function formatNumber(locale: string, value: number | null | undefined, digits: number, unit = ''): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const rounded = Math.abs(value) < 0.5 / 10 ** digits ? 0 : value;
  const text = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(rounded);
  return unit ? `${text}${NBSP}${unit}` : text;
}

/** Ratio 0..1 as per cent. */
export function formatPercent(locale: string, ratio: number | null | undefined, digits = 1): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return MISSING;
  return `${formatNumber(locale, ratio * 100, digits)}${NBSP}%`;
}

/** A share of something that is not quite whole never reads 100 %, one that is not quite nothing never 0 %. */
export function formatShare(locale: string, share: number): string {
  const percent = share >= 1 ? 100 : share <= 0 ? 0 : Math.min(99, Math.max(1, Math.round(share * 100)));
  return formatPercent(locale, percent / 100, 0);
}

export function formatMoney(locale: string, money: { amount: number; currency: string } | null | undefined, digits?: number): string {
  if (money === null || money === undefined) return MISSING;
  const fraction = digits ?? (Math.abs(money.amount) >= 100 ? 0 : 2);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: fraction,
    maximumFractionDigits: fraction,
  }).format(money.amount);
}

/** Mass from grams to tonnes with three significant figures or so. */
export function formatMass(locale: string, kg: number | null | undefined): string {
  if (kg === null || kg === undefined) return MISSING;
  if (Math.abs(kg) >= 10_000) return formatNumber(locale, kg / 1000, 1, 't');
  return formatNumber(locale, kg, Math.abs(kg) >= 100 ? 0 : 1, 'kg');
}

/** Digits after the point that suit the size of a measured value. */
export function digitsFor(value: number | null | undefined, unit: string): number {
  if (unit === '') return value !== null && value !== undefined && Number.isInteger(value) ? 0 : 2;
  const size = Math.abs(value ?? 0);
  return size >= 1000 ? 0 : size >= 10 ? 1 : 2;
}

export function formatDuration(locale: string, seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return formatNumber(locale, s, 0, 's');
  const minutes = Math.round(s / 60);
  if (minutes < 60) return formatNumber(locale, minutes, 0, 'min');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${formatNumber(locale, hours, 0, 'h')}${minutes % 60 ? ` ${formatNumber(locale, minutes % 60, 0, 'min')}` : ''}`;
  return formatNumber(locale, Math.floor(hours / 24), 0, 'd');
}

export function formatAgo(locale: string, isoTime: string, nowMs: number): string {
  // Never ahead of now, and -0 reads "0 seconds ago".
  const seconds = Math.min(-0, Math.round((Date.parse(isoTime) - nowMs) / 1000));
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(seconds, 'second');
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 172_800) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

export const formatTime = ({ locale, timeZone }: Formats, isoTime: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(isoTime));

export const formatDateTime = ({ locale, timeZone }: Formats, isoTime: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone, day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(isoTime));

/** `isoDay` is a production day without a time. */
export const formatDay = (locale: string, isoDay: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'short', day: '2-digit', month: 'short' }).format(new Date(`${isoDay}T12:00:00Z`));

/** The tenant's locale where it has the chosen language, otherwise the language's own. */
export const localeFor = (language: string, tenantLocale: string): string =>
  tenantLocale.startsWith(language) ? tenantLocale : language === 'de' ? 'de-DE' : 'en-GB';

/** How far the zone is ahead of UTC at that moment, in milliseconds. */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(new Date(atMs));
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /([+-])(\d{2}):(\d{2})/.exec(name);
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}
