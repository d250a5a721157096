import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Simulation } from './site.type.js';

/** What a simulated plant writes about itself; keys are `<tenant slug>/<site slug>`. */
const SimulationFile = z.record(
  z.string(),
  z.strictObject({
    speed: z.number().positive(),
    scripted: z.array(z.strictObject({ title: z.string(), startsAt: z.iso.datetime() })),
  }),
);

/** Tells visitors of a demonstration that the plant is not a real one. */
export class SimulationReader {
  constructor(private readonly file: string | undefined) {}

  async read(tenantSlug: string, siteSlug: string): Promise<Simulation | null> {
    if (this.file === undefined) return null;
    const text = await readFile(this.file, 'utf8').catch(() => '{}');
    const simulation = SimulationFile.parse(JSON.parse(text))[`${tenantSlug}/${siteSlug}`];
    if (simulation === undefined) return null;
    return { speed: simulation.speed, scripted: simulation.scripted.map(({ title, startsAt }) => ({ title, startsAt: new Date(startsAt) })) };
  }
}
