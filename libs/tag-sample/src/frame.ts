import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BatchCodecError } from './batch-codec.error.js';

/** magic u16 · version u8 · compression u8 · CRC32 of all other bytes u32 · stored length u32 · raw length u32 · body */
const HEADER_BYTES = 16;
const VERSION = 1;
const PLAIN = 0;
const ZSTD = 1;

export const FRAME_LIMITS = { maxRawBytes: 16 * 1024 * 1024 } as const;

/** What the body is: 'TB' a batch, 'TC' sample columns. */
export const MAGIC = { batch: 0x4254, columns: 0x4354 } as const;
export type Magic = (typeof MAGIC)[keyof typeof MAGIC];

/** Wraps a body with format, lengths and checksum; compresses where that helps. */
export function seal(magic: Magic, raw: Buffer, level: number): Buffer {
  if (raw.length > FRAME_LIMITS.maxRawBytes) {
    throw new BatchCodecError('BATCH_TOO_LARGE', `${raw.length} bytes are more than ${FRAME_LIMITS.maxRawBytes}`);
  }
  const packed = zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  const smaller = packed.length < raw.length;
  const body = smaller ? packed : raw;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt16LE(magic, 0);
  frame[2] = VERSION;
  frame[3] = smaller ? ZSTD : PLAIN;
  frame.writeUInt32LE(body.length, 8);
  frame.writeUInt32LE(raw.length, 12);
  frame.set(body, HEADER_BYTES);
  frame.writeUInt32LE(checksum(frame), 4);
  return frame;
}

/** The body of a frame. Throws BatchCodecError on anything that `seal` did not make. */
export function unseal(magic: Magic, bytes: Uint8Array): Buffer {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (frame.length < HEADER_BYTES) throw new BatchCodecError('BATCH_TRUNCATED', `${frame.length} bytes are no batch`);
  if (frame.readUInt16LE(0) !== magic) throw new BatchCodecError('BATCH_UNKNOWN_FORMAT', 'The bytes are no batch');
  if (frame[2] !== VERSION) throw new BatchCodecError('BATCH_UNKNOWN_FORMAT', `Batch version ${frame[2]} is unknown`);
  const stored = frame.readUInt32LE(8);
  if (stored !== frame.length - HEADER_BYTES) {
    throw new BatchCodecError('BATCH_TRUNCATED', `The batch has ${frame.length - HEADER_BYTES} of ${stored} bytes`);
  }
  if (frame.readUInt32LE(4) !== checksum(frame))
    throw new BatchCodecError('BATCH_CHECKSUM', 'The batch fails its checksum');
  const body = frame.subarray(HEADER_BYTES);
  const rawLength = frame.readUInt32LE(12);
  if (rawLength > FRAME_LIMITS.maxRawBytes) {
    throw new BatchCodecError(
      'BATCH_TOO_LARGE',
      `The batch unpacks to ${rawLength} bytes, more than ${FRAME_LIMITS.maxRawBytes}`,
    );
  }
  const raw = frame[3] === PLAIN ? body : frame[3] === ZSTD ? inflate(body, rawLength) : undefined;
  if (raw === undefined) throw new BatchCodecError('BATCH_UNKNOWN_FORMAT', `Compression ${frame[3]} is unknown`);
  if (raw.length !== rawLength)
    throw new BatchCodecError('BATCH_CORRUPT', `The batch unpacks to ${raw.length} of ${rawLength} bytes`);
  return raw;
}

function inflate(body: Buffer, rawLength: number): Buffer {
  try {
    return zstdDecompressSync(body, { maxOutputLength: Math.max(1, rawLength) });
  } catch (cause) {
    throw new BatchCodecError('BATCH_CORRUPT', 'The batch does not unpack', { cause });
  }
}

/** CRC32 over everything but the checksum field itself. */
const checksum = (frame: Buffer): number => crc32(frame.subarray(8), crc32(frame.subarray(0, 4)));
