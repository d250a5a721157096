/** A growing buffer of bits, most significant first. */
export class BitWriter {
  private buffer: Buffer;
  private length = 0;
  /** Up to 7 bits that fill no byte yet. */
  private pending = 0;
  private pendingBits = 0;

  constructor(capacity: number) {
    this.buffer = Buffer.alloc(capacity);
  }

  /** The lowest `width` bits of a whole number, width <= 24. */
  private bits(value: number, width: number): void {
    let pending = (this.pending << width) | value;
    let count = this.pendingBits + width;
    if (this.length + 4 > this.buffer.length) this.grow(4);
    while (count >= 8) {
      count -= 8;
      this.buffer[this.length++] = pending >>> count;
      pending &= (1 << count) - 1;
    }
    this.pending = pending;
    this.pendingBits = count;
  }

  /** Words [from, to) of at most `width` bits (1..54), highest bits first, up to the next whole byte. */
  words(source: Float64Array, from: number, to: number, width: number): void {
    const room = Math.ceil(((to - from) * width) / 8) + 4;
    if (this.length + room > this.buffer.length) this.grow(room);
    if (width > 24) for (let i = from; i < to; i++) this.wide(source[i] ?? 0, width);
    else {
      const { buffer } = this;
      let { length, pending, pendingBits } = this;
      for (let i = from; i < to; i++) {
        pending = (pending << width) | (source[i] ?? 0);
        pendingBits += width;
        while (pendingBits >= 8) {
          pendingBits -= 8;
          buffer[length++] = pending >>> pendingBits;
          pending &= (1 << pendingBits) - 1;
        }
      }
      this.length = length;
      this.pending = pending;
      this.pendingBits = pendingBits;
    }
    this.align();
  }

  /** Fills up to the next whole byte with zeros. */
  private align(): void {
    if (this.pendingBits > 0) this.bits(0, 8 - this.pendingBits);
  }

  u8(value: number): void {
    this.bytes(value, 1);
  }

  /** Big-endian; at a whole byte. */
  bytes(value: number, count: number): void {
    if (this.length + count > this.buffer.length) this.grow(count);
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const higher = Math.floor(rest / 256);
      this.buffer[at] = rest - higher * 256;
      rest = higher;
    }
    this.length += count;
  }

  done(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private wide(word: number, width: number): void {
    let rest = word;
    for (let left = width; left > 0;) {
      const part = Math.min(24, left);
      left -= part;
      const unit = 2 ** left;
      const bits = Math.floor(rest / unit);
      this.bits(bits, part);
      rest -= bits * unit;
    }
  }

  private grow(count: number): void {
    const larger = Buffer.alloc(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
