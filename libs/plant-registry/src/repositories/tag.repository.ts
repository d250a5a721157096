import { In, IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Tag } from '../entities/index.js';

export interface TagPageRequest {
  readonly first: number;
  /** Path of the last tag of the page before. */
  readonly afterPath?: string | undefined;
  /** A part of the path or name, upper or lower case. */
  readonly filter?: string | undefined;
}

export interface TagPage {
  readonly tags: readonly Tag[];
  readonly hasNextPage: boolean;
  /** Tags that match the filter on all pages. */
  readonly total: number;
}

/** Addressed signals. */
export class TagRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  byIds(tenant: TenantContext, tagIds: readonly number[]): Promise<Tag[]> {
    const { tenantId } = tenant;
    if (tagIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) => manager.findBy(Tag, { tenantId, tagId: In([...tagIds]) }));
  }

  byPaths(tenant: TenantContext, paths: readonly string[]): Promise<Tag[]> {
    const { tenantId } = tenant;
    if (paths.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) => manager.findBy(Tag, { tenantId, path: In([...paths]) }));
  }

  /** Ids and paths of all tags, those out of service too. */
  paths(tenant: TenantContext): Promise<Pick<Tag, 'tagId' | 'path'>[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.find(Tag, { select: { tagId: true, path: true }, where: { tenantId }, order: { path: 'ASC' } }));
  }

  /** All tags of a site that are in service, by path. */
  ofSite(tenant: TenantContext, siteId: number): Promise<Tag[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Tag, { where: { tenantId, siteId, retiredAt: IsNull() }, order: { path: 'ASC' } }),
    );
  }

  /** Tags of a site that are in service, by path, a page at a time. */
  page(tenant: TenantContext, siteId: number, { first, afterPath, filter }: TagPageRequest): Promise<TagPage> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const matching = manager
        .createQueryBuilder(Tag, 'tag')
        .where('tag.tenantId = :tenantId and tag.siteId = :siteId and tag.retiredAt is null', { tenantId, siteId });
      if (filter) {
        matching.andWhere(
          '(strpos(lower(tag.path), lower(:filter)) > 0 or strpos(lower(tag.name), lower(:filter)) > 0)',
          { filter },
        );
      }
      const total = await matching.getCount();
      if (afterPath !== undefined) matching.andWhere('tag.path > :afterPath', { afterPath });
      const tags = await matching
        .orderBy('tag.path', 'ASC')
        .take(first + 1)
        .getMany();
      return { tags: tags.slice(0, first), hasNextPage: tags.length > first, total };
    });
  }

  /** Ids that a gateway may send: tags of its endpoints, live or history; of retired ones samples may be on their way. */
  async idsOfGateway(tenant: TenantContext, gatewayId: number): Promise<readonly number[]> {
    const rows: { tag_id: number }[] = await this.registry.inTenant(tenant, (manager) =>
      manager.query(
        `select t.tag_id from registry.tag t
         where t.tenant_id = $1 and exists (
           select from registry.endpoint e
           where e.tenant_id = t.tenant_id and e.gateway_id = $2 and e.endpoint_id in (t.endpoint_id, t.history_endpoint_id))`,
        [tenant.tenantId, gatewayId],
      ),
    );
    return rows.map((row) => row.tag_id);
  }
}
