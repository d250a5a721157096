import { createHash } from 'node:crypto';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import { bindTenant, type TenantContext } from '@telltale/tenancy';
import { Credential, TenantRosterEntry, type CredentialKind } from '../entities/index.js';
import { registryDataSource } from './registry-data-source.js';

export interface FoundCredential {
  readonly tenant: TenantContext;
  /** User, session or gateway key. */
  readonly subjectId: number;
}

/** What a repository needs to work in a tenant. */
export type TenantTransactions = Pick<RegistryDatabase, 'inTenant'>;

/** For a repository that is to take part in a transaction that is open already, in the same tenant. */
export const within = (manager: EntityManager): TenantTransactions => ({ inTenant: (_tenant, work) => work(manager) });

/** SHA-256 of a credential with its kind: what the directory is asked for. */
export function credentialHash(kind: CredentialKind, secret: string): Buffer {
  return createHash('sha256').update(`${kind}:${secret}`).digest();
}

/** Connections to the schema `registry`; the only place that begins and ends its transactions. */
export class RegistryDatabase {
  private constructor(private readonly source: DataSource) {}

  static async open(url: string, options: { readonly maxConnections?: number } = {}): Promise<RegistryDatabase> {
    return new RegistryDatabase(await registryDataSource(url, options.maxConnections ?? 4).initialize());
  }

  /** Runs `work` in one transaction that sees and writes this tenant only. */
  inTenant<T>(tenant: TenantContext, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction(async (manager) => {
      await bindTenant((sql, params) => manager.query(sql, params ? [...params] : []), tenant);
      return work(manager);
    });
  }

  /** Who owns the secret with this hash; `null` when nobody does. The only way from a secret to a tenant. */
  lookupCredential(hash: Buffer, kind: CredentialKind): Promise<FoundCredential | null> {
    return this.transaction(async (manager) => {
      await manager.query(`select set_config('app.lookup_key', $1, true)`, [hash.toString('hex')]);
      const found = await manager.findOneBy(Credential, { keyHash: hash, kind });
      return found && { tenant: { tenantId: found.tenantId }, subjectId: found.subjectId };
    });
  }

  /** Every tenant, for services that work through all of them (historian, insights, alarms). */
  async listTenants(): Promise<readonly TenantContext[]> {
    const entries = await this.transaction((manager) =>
      manager.find(TenantRosterEntry, { order: { tenantId: 'ASC' } }),
    );
    return entries.map(({ tenantId }) => ({ tenantId }));
  }

  /** Never given twice. For the role telltale_owner. */
  async nextTenantId(): Promise<number> {
    const [next]: { id: number }[] = await this.source.query(
      `select nextval(pg_get_serial_sequence('registry.tenant', 'tenant_id'))::int4 as id`,
    );
    return next?.id ?? Number.NaN;
  }

  /** Rejects when the database can't be reached. */
  async ping(): Promise<void> {
    await this.source.query('select 1');
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }

  private async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner: QueryRunner = this.source.createQueryRunner();
    try {
      await runner.connect();
      await runner.startTransaction();
      const result = await work(runner.manager);
      await runner.commitTransaction();
      await runner.release();
      return result;
    } catch (error) {
      await destroyConnection(runner);
      throw error;
    }
  }
}

/** A connection after a failure may still hold a transaction or a tenant: pg-pool discards an ended one at its release. */
async function destroyConnection(runner: QueryRunner): Promise<void> {
  try {
    const connection: { end(): Promise<void> } = await runner.connect();
    connection.end().catch(() => undefined);
  } catch {
    // There was no connection to begin with: the caller gets the error that says so.
  }
  await runner.release();
}
