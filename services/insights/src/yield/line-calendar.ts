import { ShiftCalendar } from '@telltale/plant-calendar';
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
}

export interface PlanSources {
  readonly lines: LineRepository;
  readonly sites: SiteRepository;
  readonly counterMax: (tenant: TenantContext, tagIds: readonly number[]) => Promise<ReadonlyMap<number, number | null>>;
}

export const tagIdsOf = ({ setup }: ProductionLine): readonly number[] =>
  [setup.stateTagId, setup.productTagId, setup.goodTagId, setup.rejectTagId, setup.materialTagId, setup.energyTagId].filter((tagId) => tagId !== null);

export async function readPlans(tenant: TenantContext, { lines, sites, counterMax }: PlanSources): Promise<readonly LinePlan[]> {
  const found = await lines.list(tenant);
  return Promise.all(
    found.map(async (line): Promise<LinePlan> => {
      const { siteId, equipmentId } = line.equipment;
      const [site, patterns, products, rates, limits] = await Promise.all([
        sites.site(tenant, siteId),
        lines.shiftPatterns(tenant, siteId),
        lines.products(tenant, siteId),
        lines.rates(tenant, equipmentId),
        counterMax(tenant, tagIdsOf(line)),
      ]);
      const codes = new Map(products.map(({ productId, code }) => [productId, code]));
      return {
        line,
        calendar: new ShiftCalendar(site?.timeZone ?? 'UTC', patterns),
        meanings: new Map(Object.entries(StateMap.parse(line.setup.stateMap)).map(([code, meaning]) => [Number(code), meaning])),
        products,
        rates: rates.flatMap(({ productId, validFrom, secondsPerItem }) => {
          const productCode = codes.get(productId);
          return productCode === undefined ? [] : [{ productCode, validFromUs: validFrom.getTime() * 1000, secondsPerItem }];
        }),
        counterMax: limits,
      };
    }),
  );
}
