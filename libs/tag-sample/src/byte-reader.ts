import { BatchCodecError } from './batch-codec.error.js';

/** Reads what ByteWriter wrote; every read is bounded by the buffer. */
export class ByteReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  u8(): number {
    const value = this.buffer[this.at];
    if (value === undefined) throw exhausted();
    this.at++;
    return value;
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      scale *= 128;
    }
    throw new BatchCodecError('BATCH_CORRUPT', 'A number in the batch is too long');
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A count that can't exceed `limit`. */
  count(limit: number, what: string): number {
    const value = this.varint();
    if (value > limit)
      throw new BatchCodecError('BATCH_CORRUPT', `The batch claims ${value} ${what}, more than ${limit}`);
    return value;
  }

  take(count: number): Buffer {
    if (count > this.buffer.length - this.at) throw exhausted();
    const region = this.buffer.subarray(this.at, this.at + count);
    this.at += count;
    return region;
  }

  end(): void {
    if (this.at !== this.buffer.length) throw new BatchCodecError('BATCH_CORRUPT', 'The batch has bytes after its end');
  }
}

const exhausted = (): BatchCodecError => new BatchCodecError('BATCH_CORRUPT', 'The batch ends inside a column');
