import type { SeenStatement, StatementFault } from './statement-relay.mts';
import type { SeededRandom } from './seeded-random.mts';

export type Victim = 'historian' | 'postgres';

export interface KillPlan {
  readonly victims: readonly Victim[];
  /** Absent: at a random instant. */
  readonly at?: Pick<StatementFault, 'matches' | 'moment'>;
  readonly needsMergeWork: boolean;
}

const WRITES = /^(insert|update|delete|with updated)/i;
const isAppend = ({ application, earlier }: SeenStatement): boolean => application === 'telltale historian' && earlier.some((sql) => sql.startsWith('insert into series.sample_block'));
const isFold = ({ application, earlier }: SeenStatement): boolean => application === 'telltale compactor' && earlier.some((sql) => /b\.appended_at_us <= /.test(sql));
const isMerge = ({ application, earlier }: SeenStatement): boolean => application === 'telltale compactor' && earlier.some((sql) => /merge_at_us <=/.test(sql));
const isCommit = ({ sql }: SeenStatement): boolean => /^commit/i.test(sql);

/** The k-th statement of such a transaction, or its commit when it is shorter and has written something. */
const step = (of: (statement: SeenStatement) => boolean, k: number) => (statement: SeenStatement): boolean =>
  of(statement) && (statement.index === k || (isCommit(statement) && statement.earlier.some((sql) => WRITES.test(sql))));

/** Name -> how and when it kills. */
export const FAULTS: Readonly<Record<string, (random: SeededRandom) => KillPlan>> = {
  'historian-any-time': () => ({ victims: ['historian'], needsMergeWork: false }),
  'postgres-any-time': () => ({ victims: ['postgres'], needsMergeWork: false }),
  'both-any-time': () => ({ victims: ['historian', 'postgres'], needsMergeWork: false }),
  'historian-before-commit': () => ({ victims: ['historian'], at: { matches: (seen) => isAppend(seen) && isCommit(seen), moment: 'before' }, needsMergeWork: false }),
  'historian-between-commit-and-acknowledge': () => ({ victims: ['historian'], at: { matches: (seen) => isAppend(seen) && isCommit(seen), moment: 'after' }, needsMergeWork: false }),
  'postgres-between-commit-and-answer': () => ({ victims: ['postgres'], at: { matches: (seen) => isAppend(seen) && isCommit(seen), moment: 'after' }, needsMergeWork: false }),
  'historian-in-append': (random) => ({ victims: ['historian'], at: { matches: step(isAppend, 3 + random.below(6)), moment: random.pick(['before', 'after']) }, needsMergeWork: false }),
  'historian-in-fold': (random) => ({ victims: ['historian'], at: { matches: step(isFold, 3 + random.below(10)), moment: random.pick(['before', 'after']) }, needsMergeWork: false }),
  'postgres-in-fold': (random) => ({ victims: ['postgres'], at: { matches: step(isFold, 3 + random.below(10)), moment: random.pick(['before', 'after']) }, needsMergeWork: false }),
  'historian-in-merge': (random) => ({ victims: ['historian'], at: { matches: step(isMerge, 3 + random.below(6)), moment: random.pick(['before', 'after']) }, needsMergeWork: true }),
  'postgres-in-merge': (random) => ({ victims: ['postgres'], at: { matches: step(isMerge, 3 + random.below(6)), moment: random.pick(['before', 'after']) }, needsMergeWork: true }),
};

/** `insert sample_chunk` … for the summary of where it struck. */
export function stepName({ sql }: SeenStatement): string {
  const verb = /^\w+/.exec(sql)?.[0].toLowerCase() ?? '?';
  const table = /series\.(\w+)/.exec(sql)?.[1] ?? '';
  return `${verb} ${table}`.trim();
}
