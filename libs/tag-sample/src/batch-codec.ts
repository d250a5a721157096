import { z } from 'zod';
import { BatchCodecError } from './batch-codec.error.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readColumns, writeColumns } from './columns-codec.js';
import { MAGIC, seal, unseal } from './frame.js';
import { CONTINUITY_KINDS, type BatchIdentity, type ContinuityRow, type SampleBatch } from './sample.js';

const LEVEL = 1;
const MAX_INT4 = 2_147_483_647;

const Continuity = z.array(
  z.strictObject({
    tagIds: z.array(z.int().min(1).max(MAX_INT4)),
    fromUs: z.int(),
    toUs: z.int(),
    kind: z.enum(CONTINUITY_KINDS),
    reason: z.string(),
  }),
);

/** The wire and storage form of a batch: framed, checksummed, columnar, zstd. Keeps the order of the samples. */
export function encodeBatch(batch: SampleBatch): Buffer {
  const { identity, samples, continuity } = batch;
  checkIdentity(identity, 'BATCH_INVALID');
  const writer = new ByteWriter(128 + samples.tagIds.length * 16);
  writer.varint(identity.gatewayId);
  writer.varint(identity.epoch);
  writer.varint(identity.seq);
  writeColumns(writer, samples);
  const rows = continuity.length === 0 ? Buffer.alloc(0) : Buffer.from(JSON.stringify(Continuity.parse(continuity)));
  writer.varint(rows.length);
  writer.bytes(rows);
  return seal(MAGIC.batch, writer.done(), LEVEL);
}

/** Throws BatchCodecError when the bytes are not what encodeBatch made; never returns garbage. */
export function decodeBatch(bytes: Uint8Array): SampleBatch {
  const reader = new ByteReader(unseal(MAGIC.batch, bytes));
  const identity = { gatewayId: reader.varint(), epoch: reader.varint(), seq: reader.varint() };
  checkIdentity(identity, 'BATCH_CORRUPT');
  const samples = readColumns(reader);
  const continuity = parseContinuity(reader.take(reader.varint()));
  reader.end();
  return { identity, samples, continuity };
}

function parseContinuity(bytes: Buffer): readonly ContinuityRow[] {
  if (bytes.length === 0) return [];
  try {
    return Continuity.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new BatchCodecError('BATCH_CORRUPT', 'The continuity rows of the batch are not valid', { cause });
  }
}

function checkIdentity({ gatewayId, epoch, seq }: BatchIdentity, code: 'BATCH_INVALID' | 'BATCH_CORRUPT'): void {
  const whole = [gatewayId, epoch, seq].every(Number.isSafeInteger);
  if (!whole || gatewayId < 1 || gatewayId > MAX_INT4 || epoch < 0 || seq < 1) {
    throw new BatchCodecError(code, `(gateway ${gatewayId}, epoch ${epoch}, seq ${seq}) identifies no batch`);
  }
}
