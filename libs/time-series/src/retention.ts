import type { TenantContext } from '@telltale/tenancy';
import { erasureUnderWay } from './erase-tenant.js';
import { SeriesDatabase, type SeriesDatabaseOptions } from './series-database.js';
import type { TimeRange } from './series-contract.js';
import { lockTenant } from './tenant-lock.js';

/** Days that each level is kept; null: for ever. A coarser level is kept at least as long as a finer one. */
export interface RetentionClass {
  readonly class: string;
  /** Days after which samples of tags with a bound are thinned, before they go; null: never. */
  readonly thinDays: number | null;
  readonly rawDays: number | null;
  readonly minuteDays: number | null;
  readonly quarterDays: number | null;
  readonly hourDays: number | null;
}

export interface ThinnedTags {
  readonly class: string;
  readonly thinError: number;
  /** How many have this bound. */
  readonly tags: number;
}

export interface LegalHold extends TimeRange {
  /** All tags when null. */
  readonly tagIds: readonly number[] | null;
  readonly reason: string;
}

export interface PlacedHold {
  /** By which it is released. */
  readonly holdId: number;
  /** When an erasure began that the hold stopped: what it took until now is gone. Null: none. */
  readonly erasureBegunAtUs: number | null;
}

/** Who keeps what for how long. Tags without a class are in the class `default`; without that they are kept for ever. */
export interface RetentionBook {
  setClass(tenant: TenantContext, retention: RetentionClass): Promise<void>;
  classes(tenant: TenantContext): Promise<readonly RetentionClass[]>;
  /** `thinError`: how far a sample that thinning leaves out may be away from the line between those kept; without it they are never thinned. */
  assign(tenant: TenantContext, tagIds: readonly number[], className: string, thinError?: number | null): Promise<void>;
  /** Bounds per class. */
  thinnedTags(tenant: TenantContext): Promise<readonly ThinnedTags[]>;
  /** Waits for what retires or erases at this moment. */
  placeHold(tenant: TenantContext, hold: LegalHold, nowUs: number): Promise<PlacedHold>;
  releaseHold(tenant: TenantContext, holdId: number): Promise<boolean>;
  holds(tenant: TenantContext): Promise<readonly (LegalHold & { readonly holdId: number })[]>;
  close(): Promise<void>;
}

/** As telltale_api or telltale_historian. */
export function openRetentionBook(url: string, options: SeriesDatabaseOptions = {}): RetentionBook {
  const database = new SeriesDatabase(url, { maxConnections: 2, applicationName: 'telltale retention', ...options });
  return {
    setClass: (tenant, own) =>
      database.inTenant(tenant, 'write', async (query) => {
        await query(
          `insert into series.retention_class (tenant_id, class, raw_days, minute_days, quarter_days, hour_days, thin_days) values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, class) do update set raw_days = excluded.raw_days, minute_days = excluded.minute_days,
             quarter_days = excluded.quarter_days, hour_days = excluded.hour_days, thin_days = excluded.thin_days`,
          [tenant.tenantId, own.class, own.rawDays, own.minuteDays, own.quarterDays, own.hourDays, own.thinDays],
        );
      }),
    classes: (tenant) =>
      database.inTenant(tenant, 'read', (query) =>
        query<RetentionClass>(
          `select class, thin_days as "thinDays", raw_days as "rawDays", minute_days as "minuteDays", quarter_days as "quarterDays", hour_days as "hourDays"
             from series.retention_class where tenant_id = $1 order by class`,
          [tenant.tenantId],
        ),
      ),
    assign: (tenant, tagIds, className, thinError = null) =>
      database.inTenant(tenant, 'write', async (query) => {
        await query(
          `insert into series.tag_retention (tenant_id, tag_id, class, thin_error) select $1::int4, u.tag_id, $3, $4::float8 from unnest($2::int4[]) u(tag_id)
           on conflict (tenant_id, tag_id) do update set class = excluded.class, thin_error = excluded.thin_error`,
          [tenant.tenantId, tagIds, className, thinError],
        );
      }),
    thinnedTags: (tenant) =>
      database.inTenant(tenant, 'read', (query) =>
        query<ThinnedTags>(
          `select class, thin_error as "thinError", count(*)::int4 as tags from series.tag_retention
            where tenant_id = $1 and thin_error is not null group by class, thin_error order by class, thin_error`,
          [tenant.tenantId],
        ),
      ),
    placeHold: (tenant, hold, nowUs) =>
      database.inTenant(tenant, 'write', async (query) => {
        await lockTenant(query, tenant);
        const [row] = await query<{ id: number }>(
          `insert into series.legal_hold (tenant_id, tag_ids, from_us, to_us, reason, placed_at_us) values ($1, $2::int4[], $3, $4, $5, $6) returning hold_id as id`,
          [tenant.tenantId, hold.tagIds, hold.fromUs, hold.toUs, hold.reason, nowUs],
        );
        return { holdId: row?.id ?? 0, erasureBegunAtUs: await erasureUnderWay(query, tenant) };
      }),
    releaseHold: (tenant, holdId) =>
      database.inTenant(tenant, 'write', async (query) => {
        const rows = await query('delete from series.legal_hold where tenant_id = $1 and hold_id = $2::int4 returning 1', [
          tenant.tenantId,
          holdId,
        ]);
        return rows.length === 1;
      }),
    holds: (tenant) =>
      database.inTenant(tenant, 'read', (query) =>
        query<LegalHold & { holdId: number }>(
          `select hold_id as "holdId", tag_ids as "tagIds", from_us as "fromUs", to_us as "toUs", reason from series.legal_hold
            where tenant_id = $1 order by placed_at_us, hold_id`,
          [tenant.tenantId],
        ),
      ),
    close: () => database.close(),
  };
}
