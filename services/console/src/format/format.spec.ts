import { describe, expect, it } from '@jest/globals';
import { formatAgo, formatDuration, formatMass, formatMoney, formatNumber, formatPercent, formatShare, formatTime, localeFor, zoneOffsetMs } from './format.js';

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('numbers for people', () => {
  it('follow the locale and carry their unit', () => {
    expect(plain(formatNumber('de-DE', 1234.56, 1, 'kg/h'))).toBe('1.234,6 kg/h');
    expect(plain(formatNumber('en-IN', 1234567, 0))).toBe('12,34,567');
    expect(plain(formatNumber('en-GB', -0.01, 1))).toBe('0.0');
    expect(formatNumber('en-GB', Number.NaN, 1, 'kg')).toBe('–');
    expect(plain(formatPercent('de-DE', 0.9731))).toBe('97,3 %');
    expect(plain(formatMass('en-GB', 12_345))).toBe('12.3 t');
    expect(plain(formatMoney('de-DE', { amount: 4.5, currency: 'EUR' }))).toBe('4,50 €');
    expect([formatMoney('de-DE', null), formatMass('de-DE', null)]).toEqual(['–', '–']);
  });

  it('never round a hole in the data away', () => {
    expect(plain(formatShare('en-GB', 0.9996))).toBe('99 %');
    expect(plain(formatShare('en-GB', 0.0001))).toBe('1 %');
    expect(plain(formatShare('en-GB', 1))).toBe('100 %');
  });
});

describe('times', () => {
  it('are the plant’s', () => {
    expect(formatTime({ locale: 'en-GB', timeZone: 'Asia/Kolkata' }, '2026-11-23T18:40:00Z')).toBe('00:10');
    expect(zoneOffsetMs('Asia/Kolkata', Date.UTC(2026, 10, 23))).toBe(19_800_000);
    expect(zoneOffsetMs('Europe/Berlin', Date.UTC(2026, 6, 1))).toBe(7_200_000);
    expect(zoneOffsetMs('UTC', 0)).toBe(0);
  });

  it('say how long', () => {
    expect(plain(formatDuration('en-GB', 59))).toBe('59 s');
    expect(plain(formatDuration('en-GB', 7_500))).toBe('2 h 5 min');
    expect(plain(formatDuration('en-GB', 1_896))).toBe('32 min');
    expect(plain(formatDuration('en-GB', 3_590))).toBe('1 h');
    expect(formatAgo('en-GB', '2026-11-23T12:00:00Z', Date.UTC(2026, 10, 23, 12, 5))).toBe('5 min ago');
  });
});

it('the tenant’s locale counts where it speaks the chosen language', () => {
  expect(localeFor('en', 'en-IN')).toBe('en-IN');
  expect(localeFor('de', 'en-IN')).toBe('de-DE');
});
