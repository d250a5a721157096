import type { TimeUs } from '@telltale/tag-sample';

export interface PlantClockSettings {
  /** Plant time at the start; absent: now. */
  readonly startUs?: TimeUs;
  /** Plant seconds per wall second, 1 to 60. A plant that has caught up with the wall clock goes on at 1. */
  readonly speed: number;
}

export const wallNowUs = (): TimeUs => Date.now() * 1000;

/** Time in the plant. Never in the future of the wall clock, and it never runs backwards. */
export class PlantClock {
  readonly startUs: TimeUs;
  private readonly wallStartUs: TimeUs;
  private latestUs: TimeUs;

  constructor(
    private readonly settings: PlantClockSettings,
    private readonly wallUs: () => TimeUs = wallNowUs,
  ) {
    this.wallStartUs = wallUs();
    this.startUs = Math.min(settings.startUs ?? this.wallStartUs, this.wallStartUs);
    this.latestUs = this.startUs;
  }

  now(): TimeUs {
    const wall = this.wallUs();
    const plant = Math.min(this.startUs + (wall - this.wallStartUs) * this.settings.speed, wall);
    this.latestUs = Math.max(this.latestUs, plant);
    return this.latestUs;
  }

  /** Plant seconds per wall second at this moment. */
  get speed(): number {
    return this.now() >= this.wallUs() ? 1 : this.settings.speed;
  }

  /** Wall milliseconds in which `plantUs` passes. */
  wallMsFor(plantUs: number): number {
    return plantUs / 1000 / this.speed;
  }
}
