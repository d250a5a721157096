import { Args, ID, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { PlantData } from '../graphql/plant-data.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { ChangeHub } from '../live/change-hub.js';
import type { LiveStream } from '../live/live-stream.js';
import { SiteAccess } from '../plant/site-access.js';
import { ShiftYieldReader } from './shift-yield-reader.js';
import { figuresOf, judgedOf, type ShiftYieldFields } from './yield-mapping.js';
import { ProductYield, Restatement, ShiftYield } from './yield.type.js';

/** A shift makes a product or two, and is restated as often. */
const few = ({ childComplexity }: { childComplexity: number }): number => 3 * (1 + childComplexity);

@Resolver(() => ShiftYield)
export class ShiftYieldResolver {
  constructor(
    private readonly data: PlantData,
    private readonly reader: ShiftYieldReader,
    private readonly access: SiteAccess,
    private readonly hub: ChangeHub,
  ) {}

  @ResolveField(() => [ProductYield], { description: 'By product; empty for one computed before products were known.', complexity: few })
  async products(@Parent() { row, line, asOf }: ShiftYieldFields, @CurrentViewer() { tenant }: Viewer): Promise<ProductYield[]> {
    const [rows, products] = await Promise.all([
      this.data.yields.products(tenant, row.equipmentId, row.shiftStart, asOf),
      this.data.lines.products(tenant, line.equipment.siteId),
    ]);
    return rows.flatMap((product) => {
      const known = products.find(({ productId }) => productId === product.productId);
      return known ? [{ productCode: known.code, name: known.name, figures: figuresOf(product.elements, judgedOf(product, line)) }] : [];
    });
  }

  @ResolveField(() => [Restatement], { description: 'Earlier revisions that a later one replaced, newest first.', complexity: few })
  async restatements(@Parent() { row, line }: ShiftYieldFields, @CurrentViewer() { tenant }: Viewer): Promise<Restatement[]> {
    const revisions = await this.data.yields.revisions(tenant, row.equipmentId, row.shiftStart);
    return revisions.flatMap((revision, index) => {
      const next = revisions[index - 1];
      if (next?.restatementReason === null || next?.restatementReason === undefined || revision.revision >= row.revision) return [];
      return [{ revision: revision.revision, computedAt: revision.computedAt, reason: next.restatementReason, figures: figuresOf(revision.elements, judgedOf(revision, line)) }];
    });
  }

  @Subscription(() => ShiftYield, { description: "A shift's yield was computed anew.", resolve: (shift: ShiftYieldFields) => shift })
  @Allow(EVERY_ROLE)
  async yieldChanged(@Args('siteId', { type: () => ID }) siteId: string, @CurrentViewer() { tenant }: Viewer): Promise<LiveStream<ShiftYieldFields>> {
    const site = await this.access.site(tenant, siteId);
    const lines = await this.data.lines.ofSite(tenant, site.siteId);
    let toldUntil = new Date();
    return this.hub.subscribe('yields', tenant.tenantId, async () => {
      const rows = await this.data.yields.computedSince(tenant, toldUntil);
      toldUntil = rows.at(-1)?.computedAt ?? toldUntil;
      const newest = new Map(rows.map((row) => [`${row.equipmentId} ${row.shiftStart.getTime()}`, row]));
      const perLine = lines.map((line) =>
        this.reader.present(tenant, line, [...newest.values()].filter(({ equipmentId }) => equipmentId === line.equipment.equipmentId), null),
      );
      return (await Promise.all(perLine)).flat();
    });
  }
}
