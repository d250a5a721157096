import { Injectable } from '@nestjs/common';
import { type KnownGateway, TagRepository } from '@telltale/plant-registry';
import { orComeAgain } from '../refusals/ingest-refused.error.js';

const REFRESH_AT_MOST_EVERY_MS = 2_000;

interface Owned {
  ids: ReadonlySet<number>;
  askedAtMs: number;
}

/** Which tags a gateway may send. Asked again when a batch has one that is not known. */
@Injectable()
export class OwnedTags {
  private readonly known = new Map<number, Owned>();

  constructor(private readonly tags: TagRepository) {}

  /** The first tag that does not belong to the gateway, or `undefined`. */
  async firstForeign(gateway: KnownGateway, tagIds: ReadonlySet<number>): Promise<number | undefined> {
    const before = this.known.get(gateway.gatewayId);
    const missing = before === undefined ? undefined : foreignIn(tagIds, before.ids);
    if (
      before !== undefined &&
      (missing === undefined || performance.now() - before.askedAtMs < REFRESH_AT_MOST_EVERY_MS)
    )
      return missing;
    const ids = new Set(await orComeAgain('database', () => this.tags.idsOfGateway(gateway.tenant, gateway.gatewayId)));
    this.known.set(gateway.gatewayId, { ids, askedAtMs: performance.now() });
    return foreignIn(tagIds, ids);
  }
}

function foreignIn(tagIds: ReadonlySet<number>, owned: ReadonlySet<number>): number | undefined {
  for (const tagId of tagIds) if (!owned.has(tagId)) return tagId;
  return undefined;
}
