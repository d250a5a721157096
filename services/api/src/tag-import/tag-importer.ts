import { Injectable } from '@nestjs/common';
import { TagOnboarding, type SiteInventory, type TagContent } from '@telltale/plant-registry';
import { exportTags, planTagImport, type DiffRow, type SiteTags, type TagFileFormat, type TagImportPlan, type TagRecord } from '@telltale/tag-import';
import type { TenantContext } from '@telltale/tenancy';
import { ApiError, notFound } from '../graphql/api.error.js';
import { PlantData } from '../graphql/plant-data.js';
import type { Viewer } from '../identity/viewer.js';
import { InstalledConnectors } from './installed-connectors.js';

export interface TagFileGiven {
  readonly text: string;
  readonly missing: 'keep' | 'retire';
}

/** Tag files against the registry. One at a time: a file of 16 MB takes a while and some hundred megabytes. */
@Injectable()
export class TagImporter {
  private readonly onboarding: TagOnboarding;
  private lane: Promise<unknown> = Promise.resolve();

  constructor(
    data: PlantData,
    private readonly connectors: InstalledConnectors,
  ) {
    this.onboarding = new TagOnboarding(data.registry);
  }

  preview(tenant: TenantContext, siteId: number, { text, missing }: TagFileGiven): Promise<TagImportPlan> {
    return this.inTurn(async () => planTagImport(text, missing, await this.site(tenant, siteId)));
  }

  /** Does what `token` stands for, or nothing: throws IMPORT_HAS_PROBLEMS or IMPORT_STALE. */
  apply({ tenant, userId }: Viewer, siteId: number, { text, missing }: TagFileGiven, token: string): Promise<TagImportPlan> {
    return this.inTurn(async () => {
      let done: TagImportPlan | undefined;
      await this.onboarding.apply(tenant, siteId, { userId, at: new Date() }, async (inventory) => {
        const plan = await planTagImport(text, missing, this.siteTags(inventory));
        if (plan.token === null) throw new ApiError('IMPORT_HAS_PROBLEMS', `${plan.problemCount} rows can’t be taken: correct the file and preview it again. Nothing was changed.`);
        if (plan.token !== token) throw new ApiError('IMPORT_STALE', 'The file or the tags have changed since the preview: preview it again. Nothing was changed.');
        done = plan;
        return { save: plan.rows.flatMap(savedContent), retirePaths: plan.rows.flatMap(({ change, path }) => (change === 'retired' ? [path] : [])), detail: { ...plan.counts, token } };
      });
      if (done === undefined) throw notFound('site');
      return done;
    });
  }

  export(tenant: TenantContext, siteId: number, format: TagFileFormat): Promise<string> {
    return this.inTurn(async () => exportTags(await this.site(tenant, siteId), format));
  }

  private async site(tenant: TenantContext, siteId: number): Promise<SiteTags> {
    const inventory = await this.onboarding.inventory(tenant, siteId);
    if (inventory === null) throw notFound('site');
    return this.siteTags(inventory);
  }

  private siteTags({ tenantSlug, site, tags, ...named }: SiteInventory): SiteTags {
    return { ...named, siteId: site.siteId, pathPrefix: `${tenantSlug}/${site.slug}/`, tags, formats: this.connectors.formats };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lane.then(work);
    this.lane = turn.catch(() => undefined);
    return turn;
  }
}

function savedContent({ change, after }: DiffRow): TagContent[] {
  return after !== null && (change === 'added' || change === 'changed') ? [contentOf(after)] : [];
}

/** What a file says is JSON: it came as text or was parsed from it. */
function contentOf({ address, historyAddress, deadband, ...plain }: TagRecord): TagContent {
  const document = (value: unknown): TagContent['address'] => (value === null ? null : JSON.parse(JSON.stringify(value)));
  return { ...plain, address: document(address), historyAddress: document(historyAddress), deadband: deadband && { ...deadband } };
}
