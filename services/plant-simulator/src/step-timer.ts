import type { PlantClock } from './clock/plant-clock.js';
import type { PlantModel } from './plant-tag.js';

const SHORTEST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 5_000;

/** Wakes a plant just after each of its steps is due, in plant time. One timer per plant. */
export class StepTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly model: PlantModel,
    private readonly clock: PlantClock,
    private readonly onStep: () => void,
  ) {
    this.arm();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private arm(): void {
    const now = this.clock.now();
    const wait = this.clock.wallMsFor((Math.floor(now / this.model.stepUs) + 1) * this.model.stepUs - now) + 1;
    this.timer = setTimeout(() => this.wake(), Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, wait)));
  }

  private wake(): void {
    this.model.advance(this.clock.now());
    this.onStep();
    if (this.timer !== undefined) this.arm();
  }
}
