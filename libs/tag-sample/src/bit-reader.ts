import { BatchCodecError } from './batch-codec.error.js';

/** Reads what BitWriter wrote; every read is bounded by the buffer. */
export class BitReader {
  private at: number;

  /** Reads bytes [from, end); at least 3 bytes must follow the end, because bits are read four bytes at a time. */
  constructor(
    private readonly buffer: Buffer,
    from: number,
    private readonly end: number,
  ) {
    this.at = from;
    if (end + 3 > buffer.length || from > end) throw exhausted();
  }

  u8(): number {
    return this.bytes(1);
  }

  /** Big-endian, at most 7 bytes. */
  bytes(count: number): number {
    if (this.at + count > this.end) throw exhausted();
    let value = 0;
    for (const until = this.at + count; this.at < until; this.at++) value = value * 256 + (this.buffer[this.at] ?? 0);
    return value;
  }

  /** `count` numbers of `width` bits (0..54) into the front of `target`, up to the next whole byte. */
  words(count: number, width: number, target: Float64Array): void {
    if (this.at + Math.ceil((count * width) / 8) > this.end) throw exhausted();
    if (width === 0) target.fill(0, 0, count);
    else if (width <= 24) this.small(count, width, target);
    else this.wide(count, width, target);
    this.at += Math.ceil((count * width) / 8);
  }

  done(): void {
    if (this.at !== this.end) throw new BatchCodecError('BATCH_CORRUPT', 'The samples have bytes after their end');
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  private small(count: number, width: number, target: Float64Array): void {
    const { buffer } = this;
    const drop = 32 - width;
    let bit = this.at * 8;
    for (let i = 0; i < count; i++, bit += width) {
      const at = bit >>> 3;
      const word =
        ((buffer[at] ?? 0) << 24) | ((buffer[at + 1] ?? 0) << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
      target[i] = (word << (bit & 7)) >>> drop;
    }
  }

  private wide(count: number, width: number, target: Float64Array): void {
    const top = width % 24;
    let bit = this.at * 8;
    for (let i = 0; i < count; i++) {
      let value = top === 0 ? 0 : this.part(bit, top);
      bit += top;
      for (let left = width - top; left > 0; left -= 24, bit += 24) value = value * 0x1000000 + this.part(bit, 24);
      target[i] = value;
    }
  }

  private part(bit: number, width: number): number {
    const { buffer } = this;
    const at = bit >>> 3;
    const word =
      ((buffer[at] ?? 0) << 24) | ((buffer[at + 1] ?? 0) << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
    return (word << (bit & 7)) >>> (32 - width);
  }
}

const exhausted = (): BatchCodecError => new BatchCodecError('BATCH_CORRUPT', 'The samples end inside a column');
