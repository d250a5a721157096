import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('allows the burst at once and the rate afterwards', () => {
    const bucket = new TokenBucket(100, 400, 0);
    expect(bucket.waitS(400, 0)).toBe(0);
    bucket.take(400);
    expect(bucket.waitS(50, 0)).toBe(0.5);
    expect(bucket.waitS(50, 499)).toBeGreaterThan(0);
    expect(bucket.waitS(50, 500)).toBe(0);
  });

  it('lets a request larger than the burst through once the bucket is full, and makes it pay', () => {
    const bucket = new TokenBucket(10, 40, 0);
    expect(bucket.waitS(100, 0)).toBe(0);
    bucket.take(100);
    expect(bucket.waitS(1, 0)).toBeCloseTo(6.1);
    expect(bucket.waitS(100, 10_000)).toBe(0);
  });
});
