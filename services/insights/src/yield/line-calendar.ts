import { createHash } from 'node:crypto';
import { PlantCalendarError, ShiftCalendar } from '@telltale/plant-calendar';
import type { LineRepository, Product, ProductionLine, SiteRepository } from '@telltale/plant-registry';
import { TIME_ELEMENTS, type ProductRate, type StateMeaning } from '@telltale/yield-analysis';
import type { TenantContext } from '@telltale/tenancy';
import { z } from 'zod';

const StateMap = z.record(z.string().regex(/^\d+$/), z.strictObject({ name: z.string(), element: z.enum(TIME_ELEMENTS) }));

/** Everything about a line that a person has set up. */
export interface LinePlan {
  readonly line: ProductionLine;
  readonly calendar: ShiftCalendar;
  readonly meanings: ReadonlyMap<number, StateMeaning>;
  readonly products: readonly Product[];
  readonly rates: readonly ProductRate[];
  /** Highest value per counter tag before it begins again at 0. */
  readonly counterMax: ReadonlyMap<number, number | null>;
  /** Differs when anything of it was changed. */
  readonly fingerprint: string;
}

/** A line whose set-up nobody can work with; the others go on. */
export interface UnusableLine {
  readonly line: ProductionLine;
  /** One sentence. */
  readonly reason: string;
}

export interface SitePlans {
  readonly usable: readonly LinePlan[];
  readonly unusable: readonly UnusableLine[];
}

export interface PlanSources {
  readonly lines: LineRepository;
  readonly sites: SiteRepository;
  readonly counterMax: (tenant: TenantContext, tagIds: readonly number[]) => Promise<ReadonlyMap<number, number | null>>;
}

export const tagIdsOf = ({ setup }: ProductionLine): readonly number[] =>
  [setup.stateTagId, setup.productTagId, setup.goodTagId, setup.rejectTagId, setup.materialTagId, setup.energyTagId].filter((tagId) => tagId !== null);

export async function readPlans(tenant: TenantContext, sources: PlanSources): Promise<SitePlans> {
  const usable: LinePlan[] = [];
  const unusable: UnusableLine[] = [];
  for (const line of await sources.lines.list(tenant)) {
    try {
      usable.push(await readPlan(tenant, line, sources));
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof PlantCalendarError)) throw error;
      unusable.push({ line, reason: error instanceof z.ZodError ? problemIn(error) : error.message });
    }
  }
  return { usable, unusable };
}

async function readPlan(tenant: TenantContext, line: ProductionLine, { lines, sites, counterMax }: PlanSources): Promise<LinePlan> {
  const { siteId, equipmentId } = line.equipment;
  const meanings = new Map(Object.entries(StateMap.parse(line.setup.stateMap)).map(([code, meaning]) => [Number(code), meaning]));
  const [site, patterns, products, rates, limits] = await Promise.all([
    sites.site(tenant, siteId),
    lines.shiftPatterns(tenant, siteId),
    lines.products(tenant, siteId),
    lines.rates(tenant, equipmentId),
    counterMax(tenant, tagIdsOf(line)),
  ]);
  const timeZone = site?.timeZone ?? 'UTC';
  const codes = new Map(products.map(({ productId, code }) => [productId, code]));
  const known = { line, timeZone, patterns, codes: [...codes], rates, limits: [...limits] };
  return {
    line,
    calendar: new ShiftCalendar(timeZone, patterns),
    meanings,
    products,
    rates: rates.flatMap(({ productId, validFrom, secondsPerItem }) => {
      const productCode = codes.get(productId);
      return productCode === undefined ? [] : [{ productCode, validFromUs: validFrom.getTime() * 1000, secondsPerItem }];
    }),
    counterMax: limits,
    fingerprint: createHash('sha256').update(JSON.stringify(known)).digest('base64url'),
  };
}

function problemIn({ issues }: z.ZodError): string {
  const [first] = issues;
  return first === undefined ? 'it is not valid' : `at ${first.path.join('.') || 'its root'}: ${first.message}`;
}
