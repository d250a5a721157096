import type { ModbusTag, TagRead } from './tag-reads.js';

/** Groups of tags fall due in a few combinations; more than this and the oldest plan goes. */
const REMEMBERED = 64;

interface KnownPlan {
  readonly tags: readonly ModbusTag[];
  readonly version: number;
  readonly reads: readonly TagRead[];
}

/** Keeps the plan of each set of tags that the host asks for again and again. */
export class PlanMemory {
  private readonly known: KnownPlan[] = [];

  /** The plan of exactly these tags; made by `plan` when it is not known in this version. */
  of(tags: readonly ModbusTag[], version: number, plan: () => readonly TagRead[]): readonly TagRead[] {
    const at = this.known.findIndex((candidate) => sameTags(candidate.tags, tags));
    const found = this.known[at];
    if (found?.version === version) return found.reads;
    if (at >= 0) this.known.splice(at, 1);
    if (this.known.length >= REMEMBERED) this.known.shift();
    const reads = plan();
    this.known.push({ tags: [...tags], version, reads });
    return reads;
  }

  clear(): void {
    this.known.length = 0;
  }
}

function sameTags(a: readonly ModbusTag[], b: readonly ModbusTag[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
