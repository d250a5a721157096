/** Tells the person at the terminal what happens, one line per step. */
export class StepPrinter {
  constructor(private readonly print: (line: string) => void) {}

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    this.print(`  ${what.padEnd(34)} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  }

  line(text = ''): void {
    this.print(text);
  }
}
