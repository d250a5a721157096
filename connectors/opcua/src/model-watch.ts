import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { compareBrowses, type BrowsedTag, type ModelChange } from '@telltale/connector-sdk';
import type { TimeUs } from '@telltale/tag-sample';
import type { OpcUaSettings } from './opcua.settings.js';

export type WatchSettings = NonNullable<OpcUaSettings['watch']>;

const browsedTagSchema = z.object({
  path: z.string(), address: z.record(z.string(), z.unknown()), dataType: z.string(), unit: z.string().exactOptional(), meanings: z.record(z.string(), z.string()).exactOptional(),
});
const baselineSchema = z.object({ key: z.string(), baselineUs: z.number(), tags: z.array(browsedTagSchema) });
type Baseline = z.infer<typeof baselineSchema>;

/** Compares the watched part of a server's tree with its baseline, which survives restarts of the gateway. */
export class ModelWatch {
  private change: ModelChange | undefined;
  private dueAtMs = -Infinity;
  private running = false;
  private suspected = false;

  constructor(
    private readonly watch: WatchSettings,
    private readonly storageDir: string,
    private readonly now: () => TimeUs,
  ) {}

  /** Undefined before the first comparison. */
  get latest(): ModelChange | undefined {
    return this.change;
  }

  /** The tree may be another one: it is compared at the next opportunity. */
  suspect(): void {
    this.suspected = true;
  }

  /** Compares when it is due. What could not be browsed completely is no difference: it is tried again. */
  async look(browse: (rule: string) => AsyncIterable<BrowsedTag>, nowMs: number): Promise<void> {
    if (this.running || (nowMs < this.dueAtMs && !this.suspected)) return;
    this.running = true;
    this.suspected = false;
    this.dueAtMs = nowMs + this.watch.everyMinutes * 60_000;
    try {
      const present = await this.browsed(browse);
      const baseline = await this.baseline(present);
      this.change = { baselineUs: baseline.baselineUs, comparedUs: this.now(), differences: compareBrowses(baseline.tags, present) };
    } catch (error) {
      this.suspected = true;
      throw error;
    } finally {
      this.running = false;
    }
  }

  private async browsed(browse: (rule: string) => AsyncIterable<BrowsedTag>): Promise<readonly BrowsedTag[]> {
    const found = new Map<string, BrowsedTag>();
    for (const rule of this.watch.rules) for await (const tag of browse(rule)) found.set(JSON.stringify([tag.path, tag.address]), tag);
    return [...found.values()];
  }

  /** The kept one; the present tree where there is none, its rules changed, or a person accepted the tree anew. */
  private async baseline(present: readonly BrowsedTag[]): Promise<Baseline> {
    const { rules, acceptedAt } = this.watch;
    const key = JSON.stringify([rules, acceptedAt]);
    const file = join(this.storageDir, 'model.json');
    const kept = baselineSchema.safeParse(parseJson(await textOf(file)));
    if (kept.success && kept.data.key === key) return kept.data;
    const fresh: Baseline = { key, baselineUs: this.now(), tags: present.map((tag) => ({ ...tag, address: { ...tag.address } })) };
    await mkdir(this.storageDir, { recursive: true });
    await writeFile(`${file}.new`, JSON.stringify(fresh));
    await rename(`${file}.new`, file);
    return fresh;
  }
}

/** Empty where there is no file yet; what can't be read now is no reason to accept another tree. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    if (code === 'ENOENT') return '';
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
