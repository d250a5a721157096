import { ILike, In, MoreThan, type FindOptionsWhere } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Tag } from '../entities/index.js';

export interface TagPageRequest {
  readonly first: number;
  /** Path of the last tag of the page before. */
  readonly afterPath?: string | undefined;
  /** Part of the path or name, upper or lower case. */
  readonly filter?: string | undefined;
}

export interface TagPage {
  readonly tags: readonly Tag[];
  readonly hasNextPage: boolean;
  /** Over all pages. */
  readonly total: number;
}

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);

/** The addressed signals. */
export class TagRepository {
  constructor(private readonly database: RegistryDatabase) {}

  /** Tags of a site by path. */
  async page({ tenantId }: TenantContext, siteId: number, request: TagPageRequest): Promise<TagPage> {
    const site = { tenantId, siteId };
    const like = request.filter ? ILike(`%${escapeLike(request.filter)}%`) : undefined;
    const matching: FindOptionsWhere<Tag>[] = like
      ? [
          { ...site, path: like },
          { ...site, name: like },
        ]
      : [site];
    return this.database.inTenant({ tenantId }, async (manager) => {
      const total = await manager.count(Tag, { where: matching });
      const page = manager
        .createQueryBuilder(Tag, 'tag')
        .where(matching)
        .orderBy('tag.path', 'ASC')
        .limit(request.first + 1);
      if (request.afterPath !== undefined) page.andWhere({ path: MoreThan(request.afterPath) });
      const tags = await page.getMany();
      return { tags: tags.slice(0, request.first), hasNextPage: tags.length > request.first, total };
    });
  }

  tag({ tenantId }: TenantContext, tagId: number): Promise<Tag | null> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findOneBy(Tag, { tenantId, tagId }));
  }

  byIds({ tenantId }: TenantContext, tagIds: readonly number[]): Promise<Tag[]> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findBy(Tag, { tenantId, tagId: In([...tagIds]) }));
  }

  /** All tags of a site with no more than what live figures need. */
  ofSite({ tenantId }: TenantContext, siteId: number): Promise<Pick<Tag, 'tagId' | 'scanIntervalMs'>[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Tag, { where: { tenantId, siteId }, select: { tagId: true, scanIntervalMs: true } }),
    );
  }
}
