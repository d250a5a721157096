import { once } from 'node:events';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import type { SampleColumns } from '@telltale/tag-sample';

const PG_EPOCH_US = 946_684_800_000_000;
const ROW_BYTES = 2 + 4 + 4 + 4 + 4 + 4 + 8 + 4 + 8 + 4 + 4;

/** COPY BINARY rows (tenant int4, tag int4, time timestamptz, value float8, status int4). */
export function copyRows(tenantId: number, columns: SampleColumns): Buffer {
  const count = columns.tagIds.length;
  const rows = Buffer.allocUnsafe(19 + count * ROW_BYTES + 2);
  rows.write('PGCOPY\n\xff\r\n\0', 0, 'latin1');
  rows.fill(0, 11, 19);
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
  let at = 19;
  for (let i = 0; i < count; i++) {
    view.setInt16(at, 5);
    view.setInt32(at + 2, 4);
    view.setInt32(at + 6, tenantId);
    view.setInt32(at + 10, 4);
    view.setInt32(at + 14, columns.tagIds[i] ?? 0);
    view.setInt32(at + 18, 8);
    view.setBigInt64(at + 22, BigInt((columns.sourceTimesUs[i] ?? 0) - PG_EPOCH_US));
    view.setInt32(at + 30, 8);
    view.setFloat64(at + 34, columns.values[i] ?? NaN);
    view.setInt32(at + 42, 4);
    view.setInt32(at + 46, (columns.statuses[i] ?? 0) | 0);
    at += ROW_BYTES;
  }
  view.setInt16(at, -1);
  return rows;
}

export async function copyInto(client: pg.PoolClient, table: string, rows: Buffer): Promise<void> {
  const stream = client.query(from(`copy ${table} from stdin (format binary)`));
  stream.end(rows);
  await once(stream, 'finish');
}

export const NARROW_COLUMNS =
  '(tenant_id int4 not null, tag_id int4 not null, time timestamptz not null, value float8 not null, status int4 not null)';
