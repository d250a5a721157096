/** One rule of the house, executable. Returns one sentence per violation, with the place and the remedy. */
export interface Check {
  readonly name: string;
  run(root: string): Promise<readonly string[]>;
}
