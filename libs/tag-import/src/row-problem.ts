export const PROBLEM_CODES = [
  'FILE_TOO_LARGE', 'FILE_EMPTY', 'FILE_UNREADABLE', 'TOO_MANY_ROWS', 'COLUMN_MISSING', 'COLUMN_UNKNOWN', 'COLUMN_TWICE', 'ROW_SHAPE', 'QUOTE_OPEN',
  'PATH_INVALID', 'PATH_ELSEWHERE', 'PATH_TWICE', 'VALUE_MISSING', 'VALUE_INVALID', 'EQUIPMENT_UNKNOWN', 'ENDPOINT_UNKNOWN', 'ENDPOINT_AMBIGUOUS',
  'ADDRESS_MISSING', 'ADDRESS_INVALID', 'ADDRESS_WITHOUT_ENDPOINT', 'CONNECTOR_UNKNOWN', 'TAG_UNKNOWN', 'TAG_IN_USE',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Why a row can't be taken. All of a file are told, not only the first. */
export interface RowProblem {
  readonly code: ProblemCode;
  /** From 1; null where no line of the file is to blame. */
  readonly line: number | null;
  readonly column: string | null;
  /** Path of the tag, where the row has one. */
  readonly tag: string | null;
  readonly what: string;
  readonly remedy: string;
}

/** Collects problems up to a bound and counts the others. */
export class ProblemList {
  readonly kept: RowProblem[] = [];
  count = 0;

  constructor(private readonly most: number) {}

  add(problem: RowProblem): void {
    this.count++;
    if (this.kept.length < this.most) this.kept.push(problem);
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }
}
