import { IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { QuarantinedBatch } from '../entities/index.js';

export type PoisonBatch = Pick<QuarantinedBatch, 'gatewayId' | 'epoch' | 'seq' | 'reason' | 'payload' | 'attempts'>;

export interface HeldBatches {
  readonly count: number;
  readonly newestAt: Date;
  /** Of the newest. */
  readonly reason: string;
}

/** Batches that could not be stored, kept with the reason. */
export class QuarantineRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Keeps the batch; one that is there already keeps its first reason and gets the new count of attempts. */
  async keep(tenant: TenantContext, batch: PoisonBatch, now: Date): Promise<void> {
    await this.registry.inTenant(tenant, (manager) =>
      manager.query(
        `insert into registry.quarantined_batch (tenant_id, gateway_id, epoch, seq, reason, payload, attempts, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, gateway_id, epoch, seq) do update set attempts = excluded.attempts`,
        [tenant.tenantId, batch.gatewayId, batch.epoch, batch.seq, batch.reason, batch.payload, batch.attempts, now],
      ),
    );
  }

  /** Not released ones, oldest first. */
  held(tenant: TenantContext, first = 100): Promise<QuarantinedBatch[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(QuarantinedBatch, {
        where: { tenantId, releasedAt: IsNull() },
        order: { quarantineId: 'ASC' },
        take: first,
      }),
    );
  }

  /** How many are held of each gateway, and the newest of them; without their payload. */
  async heldOf(tenant: TenantContext): Promise<ReadonlyMap<number, HeldBatches>> {
    const rows: { gateway_id: number; count: number; newest_at: Date; reason: string }[] =
      await this.registry.inTenant(tenant, (manager) =>
        manager.query(
          `select gateway_id, count(*)::int4 as count, max(created_at) as newest_at,
             (array_agg(reason order by created_at desc))[1] as reason
           from registry.quarantined_batch where tenant_id = $1 and released_at is null group by gateway_id`,
          [tenant.tenantId],
        ),
      );
    return new Map(rows.map(({ gateway_id, count, newest_at, reason }) => [gateway_id, { count, newestAt: newest_at, reason }]));
  }

  async release(tenant: TenantContext, quarantineId: number, now: Date): Promise<boolean> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const done = await manager.update(
        QuarantinedBatch,
        { tenantId, quarantineId, releasedAt: IsNull() },
        { releasedAt: now },
      );
      return done.affected === 1;
    });
  }

  /** With the samples in them; how many there were. As telltale_owner. */
  async removeAll(tenant: TenantContext): Promise<number> {
    const { tenantId } = tenant;
    return (await this.registry.inTenant(tenant, (manager) => manager.delete(QuarantinedBatch, { tenantId }))).affected ?? 0;
  }
}
