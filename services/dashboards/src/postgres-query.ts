import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

/** The one data source of a tenant's Grafana organisation. */
export const TELLTALE: DataSourceRef = { type: 'grafana-postgresql-datasource', uid: 'telltale' };

export interface PostgresQuery extends Dataquery {
  refId: string;
  datasource: DataSourceRef;
  format: 'time_series' | 'table';
  rawSql: string;
  rawQuery: true;
  editorMode: 'code';
}

/** The SDK has no builder for SQL queries; this is the shape that Grafana's PostgreSQL data source stores. */
export class PostgresQueryBuilder implements Builder<Dataquery> {
  constructor(
    private readonly format: 'time_series' | 'table',
    private readonly sql: string,
  ) {}

  build(): PostgresQuery {
    return {
      refId: 'A',
      datasource: TELLTALE,
      format: this.format,
      rawSql: this.sql.trim(),
      rawQuery: true,
      editorMode: 'code',
      _implementsDataqueryVariant: () => {},
    };
  }
}
