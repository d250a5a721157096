import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { csvRows } from './csv-rows.js';
import { formatOf } from './file-form.js';
import { jsonRows } from './json-rows.js';
import { ProblemList, type RowProblem } from './row-problem.js';
import { RowReader, type WantedTag } from './row-reader.js';
import { SiteIndex, type SiteTags } from './site-tags.js';
import { isCsvColumn, isJsonField } from './tag-columns.js';
import { diffTags, type DiffOptions, type DiffRow, type TagChange } from './tag-diff.js';
import { TAG_FILE_LIMITS } from './tag-file.js';

const ROWS_PER_TURN = 500;

export interface TagImportPlan {
  /** Rows of the file that name a tag. */
  readonly rowCount: number;
  readonly counts: Readonly<Record<TagChange, number>>;
  readonly rows: readonly DiffRow[];
  /** In the order of the file; the first 20 000. */
  readonly problems: readonly RowProblem[];
  readonly problemCount: number;
  /** Stands for exactly these changes to exactly these tags; null while there are problems. */
  readonly token: string | null;
}

/** What a file would change. Pure but for the turns it leaves to others; the same file and site give the same plan. */
export async function planTagImport(text: string, missing: DiffOptions['missing'], site: SiteTags): Promise<TagImportPlan> {
  const problems = new ProblemList(TAG_FILE_LIMITS.problems);
  const index = new SiteIndex(site);
  const reader = new RowReader(index, problems);
  const wanted: WantedTag[] = [];
  const rowCount = Buffer.byteLength(text) > TAG_FILE_LIMITS.bytes ? tooLarge(problems) : await readAll(text, reader, wanted, problems);
  const rows = diffTags(index, wanted, { missing, named: reader.named });
  if (rowCount > 0) keepNeeded(rows, site, problems);
  const counts = { added: 0, changed: 0, unchanged: 0, retired: 0 };
  for (const { change } of rows) counts[change]++;
  const token = problems.isEmpty ? tokenOf(site.siteId, rows) : null;
  return { rowCount, counts, rows, problems: problems.kept.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)), problemCount: problems.count, token };
}

function tooLarge(problems: ProblemList): 0 {
  problems.add({ code: 'FILE_TOO_LARGE', line: null, column: null, tag: null, what: `The file has more than ${TAG_FILE_LIMITS.bytes / 1_048_576} MB`, remedy: 'Split it and import the parts one after the other.' });
  return 0;
}

async function readAll(text: string, reader: RowReader, wanted: WantedTag[], problems: ProblemList): Promise<number> {
  const rows = formatOf(text) === 'json' ? jsonRows(text, isJsonField, problems) : csvRows(text, isCsvColumn, problems);
  let count = 0;
  for await (const row of rows) {
    if (++count > TAG_FILE_LIMITS.rows) {
      problems.add({ code: 'TOO_MANY_ROWS', line: row.line, column: null, tag: null, what: `The file has more than ${TAG_FILE_LIMITS.rows} tags`, remedy: 'Split it and import the parts one after the other.' });
      break;
    }
    const tag = reader.read(row);
    if (tag) wanted.push(tag);
    if (count % ROWS_PER_TURN === 0) await setImmediate();
  }
  return count;
}

/** A tag that a pipe run or a line needs is not retired by being left out. */
function keepNeeded(rows: readonly DiffRow[], { usedBy }: SiteTags, problems: ProblemList): void {
  for (const { change, line, path } of rows) {
    const user = change === 'retired' && line === null ? usedBy.get(path) : undefined;
    if (user === undefined) continue;
    problems.add({ code: 'TAG_IN_USE', line: null, column: 'path', tag: path, what: `The file lacks ${path}, which is needed by ${user}`, remedy: `Add its row, or take it out of ${user} first.` });
  }
}

function tokenOf(siteId: number, rows: readonly DiffRow[]): string {
  const hash = createHash('sha256').update(`site ${siteId}`);
  for (const { change, path, before, after } of rows) if (change !== 'unchanged') hash.update(JSON.stringify([change, path, before, after]));
  return hash.digest('hex');
}
