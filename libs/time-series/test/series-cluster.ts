import pg from 'pg';
import { createGrafanaRole, roleUrl, type ServiceRole } from '@telltale/plant-registry';
import { createTestDatabase } from '@telltale/plant-registry/testing';
import { migrateSeries } from '../src/index.js';

/** A database of its own with all schemas and the platform's roles. */
export interface SeriesCluster {
  url(role: ServiceRole): string;
  /** As superuser: what row security would hide. */
  admin<R extends pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<R[]>;
  /** Of the superuser, for a connection that keeps a transaction open. */
  readonly adminUrl: string;
  /** A connection of the tenant's Grafana; the caller ends it. */
  grafana(tenantId: number): Promise<pg.Client>;
  close(): Promise<void>;
}

export async function startSeriesCluster(): Promise<SeriesCluster> {
  const database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
  const superuser = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  superuser.on('error', () => undefined);
  return {
    url: (role) => database.urls[role],
    admin: async (sql, params) => (await superuser.query(sql, params)).rows,
    adminUrl: database.adminUrl,
    grafana: async (tenantId) => {
      const role = await createGrafanaRole(database.adminUrl, tenantId, 'only-for-tests');
      const client = new pg.Client({
        connectionString: roleUrl(database.adminUrl, database.name, role, 'only-for-tests'),
      });
      await client.connect();
      return client;
    },
    close: async () => {
      await superuser.end();
      await database.drop();
    },
  };
}
