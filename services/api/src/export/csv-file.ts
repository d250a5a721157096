import { neutralised } from '@telltale/tag-import';
import { statusName } from '../tags/status-name.js';
import { EXPORT_COLUMNS, type ExportedPiece } from './exported-samples.js';

/** RFC 4180; a spreadsheet shows text and computes none of it. */
const textCell = (text: string): string => {
  const safe = neutralised(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** With µs: 2026-09-14T06:00:00.000250Z. */
function timeCell(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(timeUs - ms * 1000).padStart(3, '0')}Z`;
}

/** Byte order mark, a line of names, then a line per sample; an empty value where the device gave none. */
export async function* csvFile(pieces: AsyncIterable<ExportedPiece>): AsyncGenerator<string> {
  yield `\uFEFF${EXPORT_COLUMNS.join(',')}\r\n`;
  const names = new Map<number, string>();
  const nameOf = (status: number): string => {
    const known = names.get(status);
    if (known !== undefined) return known;
    const name = textCell(statusName(status));
    names.set(status, name);
    return name;
  };
  for await (const { tag, samples } of pieces) {
    const [path, unit] = [textCell(tag.path), textCell(tag.unit)];
    const lines: string[] = [];
    for (let i = 0; i < samples.values.length; i++) {
      const value = samples.values[i] ?? Number.NaN;
      lines.push(`${path},${timeCell(samples.sourceTimesUs[i] ?? 0)},${Number.isNaN(value) ? '' : value},${unit},${nameOf(samples.statuses[i] ?? 0)}\r\n`);
    }
    yield lines.join('');
  }
}
