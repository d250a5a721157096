/** A growing buffer, little-endian. */
export class ByteWriter {
  private buffer: Buffer;
  private length = 0;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  u8(value: number): void {
    this.room(1)[this.length++] = value;
  }

  u32(value: number): void {
    this.length = this.room(4).writeUInt32LE(value, this.length);
  }

  /** LEB128 of a non-negative integer below 2^53. */
  varint(value: number): void {
    const buffer = this.room(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[this.length++] = (rest & 127) | 0x80;
      rest >>>= 7;
    }
    buffer[this.length++] = rest;
  }

  /** Zigzag varint of an integer with |value| < 2^52. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(source: Uint8Array): void {
    this.room(source.length).set(source, this.length);
    this.length += source.length;
  }

  /** A region to fill in directly; valid until the next call. */
  reserve(count: number): Uint8Array {
    const region = this.room(count).subarray(this.length, this.length + count);
    this.length += count;
    return region;
  }

  done(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private room(count: number): Buffer {
    if (this.length + count > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    return this.buffer;
  }
}
