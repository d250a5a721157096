import { columnsFrom, Status, type Sample, type SampleColumns } from '@telltale/tag-sample';

/** 1 Hz plant signals: drift and noise at 2 or 3 decimals, every tenth tag discrete, 0.5 % bad, rare gaps. Repeatable by its seed. */
export class SensorLike {
  private readonly values: Float64Array;
  private readonly badUntil: Float64Array;
  private state: number;

  constructor(tags: number, seed = 1) {
    this.state = seed >>> 0 || 1;
    this.values = Float64Array.from({ length: tags }, (_, tag) => 20 + (tag % 50) * 1.7);
    this.badUntil = new Float64Array(tags).fill(-1);
  }

  /** Samples of tags firstTag … firstTag + tagCount − 1 (ids from 1) for `seconds` seconds, one tick after the other; a tick every `everyS` seconds. */
  columns(firstTag: number, tagCount: number, startS: number, seconds: number, everyS = 1): SampleColumns {
    const samples: Sample[] = [];
    for (let second = startS; second < startS + seconds; second += everyS) {
      for (let tag = firstTag; tag < firstTag + tagCount; tag++) {
        const sample = this.sample(tag, second);
        if (sample !== undefined) samples.push(sample);
      }
    }
    return columnsFrom(samples);
  }

  private sample(tag: number, second: number): Sample | undefined {
    if (this.random() < 0.0002) return undefined;
    // Bad stretches of about 20 s, 0.5 % of the time.
    if (this.random() < 0.00025) this.badUntil[tag] = second + 20;
    const bad = second < (this.badUntil[tag] ?? -1);
    const jitterUs = tag % 2 === 0 ? 0 : Math.floor(this.random() * 20) * 1_000;
    const sourceTimeUs = second * 1_000_000 + jitterUs;
    return {
      tagId: tag + 1,
      value: bad ? NaN : this.next(tag),
      sourceTimeUs,
      serverTimeUs: second * 1_000_000 + 35_000,
      status: bad ? Status.BadCommunicationError : Status.Good,
    };
  }

  private next(tag: number): number {
    const before = this.values[tag] ?? 0;
    if (tag % 10 === 9) {
      const state = this.random() < 0.005 ? Math.floor(this.random() * 4) : Math.floor(before) % 4;
      this.values[tag] = state;
      return state;
    }
    const drifted = before + (this.random() - 0.5) * 0.02 + (20 + (tag % 50) * 1.7 - before) * 0.0005;
    this.values[tag] = drifted;
    const decimals = tag % 3 === 0 ? 1_000 : 100;
    return Math.round((drifted + (this.random() + this.random() - 1) * 0.05) * decimals) / decimals;
  }

  /** xorshift32 */
  private random(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 4_294_967_296;
  }
}
