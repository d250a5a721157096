/**
 * Randomness as a pure function of (seed, a, b): a plant that is started again, or in other steps, has the same past.
 * The mixer is the finaliser of MurmurHash3 (32 bit).
 */
export function hash32(seed: number, a: number, b: number): number {
  let h = (seed ^ Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca77)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** In [0, 1). */
export const uniform = (seed: number, a: number, b: number): number => hash32(seed, a, b) / 4_294_967_296;

/** Mean 0, deviation 1, bounded by ±3.5: the sum of the four bytes of one hash. */
export function bell(seed: number, a: number, b: number): number {
  const h = hash32(seed, a, b);
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8;
}

/** Smooth noise over `x` with knots at the whole numbers: mean 0, deviation about 0.75. `lane` separates independent noises. */
export function smoothNoise(seed: number, lane: number, x: number): number {
  const knot = Math.floor(x);
  const u = x - knot;
  const w = u * u * (3 - 2 * u);
  return bell(seed, lane, knot) * (1 - w) + bell(seed, lane, knot + 1) * w;
}

/** One seed per thing in the plant, from the plant's seed and the thing's name. */
export function seedOf(plantSeed: number, name: string): number {
  let h = plantSeed | 0;
  for (let i = 0; i < name.length; i++) h = hash32(h, name.charCodeAt(i), i);
  return h;
}
