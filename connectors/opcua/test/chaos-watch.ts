const STEPS_KEPT = 30;

/** Remembers the last steps of a long run and, when one takes too long, tells where it hangs instead of hanging for ever. */
export class ChaosWatch {
  private readonly steps: { readonly at: number; readonly what: string }[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly hung = Promise.withResolvers<never>();

  constructor(
    private readonly longestStepMs: number,
    private readonly more: () => readonly string[],
  ) {
    this.hung.promise.catch(() => undefined);
    this.timer = setInterval(() => this.look(), 1_000);
  }

  note(what: string): void {
    this.steps.push({ at: performance.now(), what });
    if (this.steps.length > STEPS_KEPT) this.steps.shift();
  }

  /** Ends with `work`, or with an error that names the step that hangs. */
  async over<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.hung.promise]);
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const last = this.steps.at(-1);
    if (last === undefined || performance.now() - last.at < this.longestStepMs) return;
    this.dispose();
    process.stderr.write(`${this.report()}\n`);
    this.hung.reject(new Error(`the run hangs in "${last.what}" for ${this.longestStepMs / 1000} s; see the report above`));
  }

  private report(): string {
    const now = performance.now();
    const resources = Object.entries(Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind)).map(([kind, all]) => `${kind} × ${all?.length ?? 0}`);
    return [
      'The chaos run hangs.',
      ...this.steps.map(({ at, what }) => `  ${((at - now) / 1000).toFixed(1)} s  ${what}`),
      `  active: ${resources.join(', ')}`,
      ...this.more().map((line) => `  ${line}`),
    ].join('\n');
  }
}
