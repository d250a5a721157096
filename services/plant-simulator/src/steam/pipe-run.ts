import { bell, seedOf, smoothNoise, uniform } from '../chance/hashed-chance.js';
import type { Weather } from './weather.js';

const AR_BLOCK_MINUTES = 360;
const AR_PHI = 0.5;
const AR_DEVIATION_C = 0.33;
const INNOVATION_C = AR_DEVIATION_C * Math.sqrt(1 - AR_PHI * AR_PHI);
const DRAFT_CELL_M = 9;

/** One sensor's own character: how it hangs, what shines on it, how near it is to the pipe. */
interface Hanging {
  readonly offsetC: number;
  readonly pipeShare: number;
  readonly sunC: number;
  readonly draftC: number;
  readonly draftCell: number;
  readonly draftWeight: number;
}

/** The air over one pipe run, minute by minute, without leaks. Deterministic in absolute time. */
export class PipeRunAir {
  private readonly seed: number;
  private readonly hangings: readonly Hanging[];
  private readonly ar: Float64Array;
  private readonly drafts: Float64Array;
  private arMinute = Number.NaN;

  constructor(plantSeed: number, slug: string, positionsM: readonly number[]) {
    this.seed = seedOf(plantSeed, slug);
    this.ar = new Float64Array(positionsM.length);
    this.drafts = new Float64Array(Math.ceil((positionsM.at(-1) ?? 0) / DRAFT_CELL_M) + 2);
    this.hangings = positionsM.map((positionM, i) => {
      const cell = positionM / DRAFT_CELL_M;
      return {
        offsetC: 2.2 * bell(this.seed, i, 11) + 1.5 * smoothNoise(this.seed, 12, positionM / 25),
        pipeShare: 0.062 + 0.012 * bell(this.seed, i, 13),
        sunC: Math.max(0, 3.5 * smoothNoise(this.seed, 14, positionM / 30) + 1.5 * uniform(this.seed, i, 15)),
        draftC: 0.35 + 0.25 * uniform(this.seed, i, 16),
        draftCell: Math.floor(cell),
        draftWeight: cell - Math.floor(cell),
      };
    });
  }

  /** Writes the air temperature over every sensor in °C for a whole minute since 1970. */
  fill(minute: number, weather: Weather, pipeC: number, into: Float64Array): void {
    this.advanceNoise(minute);
    for (let cell = 0; cell < this.drafts.length; cell++) this.drafts[cell] = -weather.wind * smoothNoise(this.seed, 1000 + cell, minute / 25);
    const overheat = pipeC - weather.outsideC;
    for (let i = 0; i < this.hangings.length; i++) {
      const h = this.hangings[i];
      if (h === undefined) continue;
      const draft = (this.drafts[h.draftCell] ?? 0) * (1 - h.draftWeight) + (this.drafts[h.draftCell + 1] ?? 0) * h.draftWeight;
      into[i] = weather.outsideC + h.offsetC + h.pipeShare * overheat + h.sunC * weather.sunshine + h.draftC * draft + (this.ar[i] ?? 0);
    }
  }

  /** AR(1) per sensor; begins anew from its stationary law at each block, so that any minute can be reached quickly. */
  private advanceNoise(minute: number): void {
    const blockStart = Math.floor(minute / AR_BLOCK_MINUTES) * AR_BLOCK_MINUTES;
    if (!(this.arMinute <= minute && this.arMinute >= blockStart)) {
      for (let i = 0; i < this.ar.length; i++) this.ar[i] = AR_DEVIATION_C * bell(this.seed, i, blockStart);
      this.arMinute = blockStart;
    }
    for (; this.arMinute < minute; this.arMinute++)
      for (let i = 0; i < this.ar.length; i++) this.ar[i] = AR_PHI * (this.ar[i] ?? 0) + INNOVATION_C * bell(this.seed, i, this.arMinute + 1);
  }
}
