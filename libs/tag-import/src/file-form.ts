import type { TagFileFormat } from './tag-file.js';

const SEPARATORS = [',', ';', '\t'] as const;
type Separator = (typeof SEPARATORS)[number];

/** The separator of the header, where quoted text does not count. */
export function detectSeparator(text: string): Separator {
  const header = (text.replace(/^\uFEFF/, '').split(/[\r\n]/, 1)[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const told = /^sep=([,;\t])$/i.exec(header)?.[1];
  const counted = SEPARATORS.map((separator) => ({ separator, count: header.split(separator).length }));
  const best = counted.reduce((first, second) => (second.count > first.count ? second : first));
  return SEPARATORS.find((separator) => separator === told) ?? best.separator;
}

/** JSON begins with a bracket; everything else is CSV with the separator of its header. */
export function formatOf(text: string): TagFileFormat {
  const first = text.replace(/^\uFEFF/, '').trimStart()[0];
  if (first === '{' || first === '[') return 'json';
  return detectSeparator(text) === ',' ? 'csv' : 'csv-semicolon';
}
