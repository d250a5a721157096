import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import { statusName } from '../tags/status-name.js';
import { EXPORT_COLUMNS, type ExportedPiece } from './exported-samples.js';

/** Rows that are gathered before they are encoded: the memory of an export. */
const ROWS_PER_GROUP = 20_000;

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: EXPORT_COLUMNS.length },
  { name: 'tag', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'sourceTime', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'REQUIRED' },
  { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'unit', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
];

/** Gives away what was written, so that the file is never whole in memory. */
class DrainedWriter extends ByteWriter {
  take(): Uint8Array {
    const bytes = new Uint8Array(this.getBuffer());
    this.index = 0;
    return bytes;
  }
}

class RowGroup {
  private readonly rows: [tag: string[], sourceTime: bigint[], value: (number | null)[], unit: string[], status: string[]] = [[], [], [], [], []];

  get length(): number {
    return this.rows[0].length;
  }

  add({ tag, samples }: ExportedPiece, i: number): void {
    const value = samples.values[i] ?? Number.NaN;
    this.rows[0].push(tag.path);
    this.rows[1].push(BigInt(samples.sourceTimesUs[i] ?? 0));
    this.rows[2].push(Number.isNaN(value) ? null : value);
    this.rows[3].push(tag.unit);
    this.rows[4].push(statusName(samples.statuses[i] ?? 0));
  }

  columns(): ColumnSource[] {
    return EXPORT_COLUMNS.map((name, i) => ({ name, data: this.rows[i] ?? [], offsetIndex: false }));
  }
}

/** Apache Parquet, snappy; times in µs UTC, a null value where the device gave none. */
export async function* parquetFile(pieces: AsyncIterable<ExportedPiece>): AsyncGenerator<Uint8Array> {
  const writer = new DrainedWriter();
  const file = new ParquetWriter({ writer, schema: SCHEMA, createdBy: 'Telltale' });
  let group = new RowGroup();
  for await (const piece of pieces) {
    for (let i = 0; i < piece.samples.values.length; i++) {
      group.add(piece, i);
      if (group.length < ROWS_PER_GROUP) continue;
      await file.write({ columnData: group.columns(), rowGroupSize: ROWS_PER_GROUP });
      group = new RowGroup();
      yield writer.take();
    }
  }
  if (group.length > 0) await file.write({ columnData: group.columns(), rowGroupSize: ROWS_PER_GROUP });
  await file.finish();
  yield writer.take();
}
