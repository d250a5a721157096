/** What a cell holds, or why it can't be read. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly what: string; readonly remedy: string };

const taken = <T>(value: T): Reading<T> => ({ ok: true, value });
const refused = <T>(what: string, remedy: string): Reading<T> => ({ ok: false, what, remedy });

const POINT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i;
/** Control characters and what a reader puts in the place of bytes that it can't decode. */
const UNREADABLE = /[\p{Cc}\ufffd]/u;

export const isEmpty = (cell: unknown): boolean => cell === null || cell === undefined || cell === '';

const shown = (cell: unknown): string => (typeof cell === 'string' ? `"${cell.slice(0, 80)}"` : JSON.stringify(cell)?.slice(0, 80) ?? 'nothing');

/** `21.5`, and `21,5` in files that separate their columns by something else. */
export function readNumber(cell: unknown, decimalComma: boolean): Reading<number> {
  if (typeof cell === 'number') return Number.isFinite(cell) ? taken(cell) : refused(`${cell} is no number`, 'Give a finite number.');
  if (typeof cell !== 'string') return refused(`${shown(cell)} is no number`, 'Give a number.');
  const text = cell.replaceAll(/[\u00a0\u202f\s]/g, '').replace('−', '-');
  const plain = decimalComma && COMMA.test(text) ? text.replace(',', '.') : text;
  if (POINT.test(plain) && Number.isFinite(Number(plain))) return taken(Number(plain));
  if (COMMA.test(text)) return refused(`${shown(cell)} has a decimal comma in a file whose columns are separated by commas`, 'Write a decimal point, or separate the columns by semicolons.');
  return refused(`${shown(cell)} is no number`, 'Give a number without unit and without thousands separators, e.g. 1250.5.');
}

export function readWhole(cell: unknown, decimalComma: boolean, least: number, most: number): Reading<number> {
  const number = readNumber(cell, decimalComma);
  if (!number.ok || (Number.isInteger(number.value) && number.value >= least && number.value <= most)) return number;
  return refused(`${number.value} is not allowed here`, `Give a whole number from ${least} to ${most}.`);
}

export function readText(cell: unknown, longest: number): Reading<string> {
  if (typeof cell !== 'string' && typeof cell !== 'number') return refused(`${shown(cell)} is no text`, 'Give a text.');
  const text = String(cell).trim();
  if (text.length > longest) return refused(`The text has ${text.length} characters`, `Use ${longest} at most.`);
  const bad = UNREADABLE.exec(text);
  if (bad?.[0] === '\ufffd') return refused('The text has characters that could not be read', 'Save the file as UTF-8 and give it again.');
  return bad ? refused('The text has control characters', 'Remove line breaks, tabs and other invisible characters.') : taken(text);
}

export function readChoice<T extends string>(cell: unknown, choices: readonly T[]): Reading<T> {
  const text = typeof cell === 'string' ? cell.trim().toLowerCase() : cell;
  const found = choices.find((choice) => choice === text);
  return found === undefined ? refused(`${shown(cell)} is not one of the choices`, `Choose ${choices.join(', ')}.`) : taken(found);
}

const YES = new Set(['true', 'yes', '1', 'wahr', 'ja', 'x']);
const NO = new Set(['false', 'no', '0', 'falsch', 'nein']);

/** Also the words that spreadsheets in German write. */
export function readTruth(cell: unknown): Reading<boolean> {
  if (typeof cell === 'boolean') return taken(cell);
  const text = String(cell).trim().toLowerCase();
  if (YES.has(text)) return taken(true);
  return NO.has(text) ? taken(false) : refused(`${shown(cell)} is neither yes nor no`, 'Write yes or no.');
}
