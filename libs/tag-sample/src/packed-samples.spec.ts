import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { BatchCodecError } from './batch-codec.error.js';
import { BitReader } from './bit-reader.js';
import { BitWriter } from './bit-writer.js';
import { packColumns, unpackColumns } from './columns-codec.js';
import { readIntegerColumn, writeIntegerColumn } from './integer-column.js';
import { packSamples, unpackSamples } from './packed-samples.js';
import { columnsFrom, samplesOf } from './sample-columns.js';
import type { Sample } from './sample.js';
import { TIME_LIMIT_US } from './time-column.js';

const time = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_700_003_600 }).map((s) => s * 1_000_000),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_900_000 }).map((ms) => ms * 1_000),
  fc.maxSafeInteger().map((us) => (us % (TIME_LIMIT_US + 1)) + 0),
  fc.constantFrom(TIME_LIMIT_US, -TIME_LIMIT_US),
);
const value = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e300, 2 ** 53),
);
const sample: fc.Arbitrary<Sample> = fc.record({
  tagId: fc.constant(7),
  value,
  sourceTimeUs: time,
  serverTimeUs: time,
  status: fc.oneof(fc.constantFrom(0, 0x80050000), fc.nat(0xffffffff)),
});
const samples = fc.oneof(
  fc.array(sample, { maxLength: 40 }).map(columnsFrom),
  // A regular scan with jitter and holes, across several blocks.
  fc
    .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.constantFrom(1, 1, 1, 1, 9), fc.oneof(value, fc.integer({ min: 0, max: 99 }))), {
      maxLength: 700,
    })
    .map((rows) => {
      let at = 1_700_000_000_000_000;
      return columnsFrom(
        rows.map(([jitter, steps, own]) => {
          at += steps * 1_000_000;
          return { tagId: 7, value: own, sourceTimeUs: at + jitter * 1_000, serverTimeUs: at + 35_000, status: own === 5 ? 0x80050000 : 0 };
        }),
      );
    }),
);

describe('packed samples', () => {
  it('give back every sample bit by bit', () => {
    fc.assert(
      fc.property(samples, (given) => expect([...samplesOf(unpackSamples(7, packSamples(given)))]).toEqual([...samplesOf(given)])),
      { numRuns: 400 },
    );
  });

  it('keep a large whole number beside a decimal', () => {
    const given = columnsFrom(
      [-90071998922752, -42.49].map((own, i) => ({ tagId: 7, value: own, sourceTimeUs: i, serverTimeUs: 0, status: 0 })),
    );
    expect([...unpackSamples(7, packSamples(given)).values]).toEqual([-90071998922752, -42.49]);
    expect([...unpackColumns(packColumns(given)).values]).toEqual([-90071998922752, -42.49]);
  });

  it('refuse every truncation and every flipped bit', () => {
    fc.assert(
      fc.property(samples, fc.nat(), fc.nat(7), (given, where, bit) => {
        const bytes = packSamples(given);
        expect(() => unpackSamples(7, bytes.subarray(0, where % bytes.length))).toThrow(BatchCodecError);
        const flipped = Buffer.from(bytes);
        flipped[where % bytes.length]! ^= 1 << bit;
        expect(() => unpackSamples(7, flipped)).toThrow(BatchCodecError);
      }),
    );
  });

  it('never crash or hang on forged bytes with a right checksum', () => {
    fc.assert(
      fc.property(samples, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (given, changes) => {
        const forged = Buffer.from(packSamples(given));
        for (const [where, byte] of changes) forged[where % (forged.length - 4)] = byte;
        forged.writeUInt32BE(crc32(forged.subarray(0, -4)), forged.length - 4);
        try {
          unpackSamples(7, forged);
        } catch (error) {
          expect(error).toBeInstanceOf(BatchCodecError);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('need less than 9 bits for a sample at two decimals with a jittering clock', () => {
    const given = columnsFrom(
      Array.from({ length: 3_600 }, (_, i) => ({
        tagId: 7,
        value: 20 + ((i * 7) % 16) / 100,
        sourceTimeUs: 1_790_000_000_000_000 + i * 1_000_000 + ((i * 3) % 16) * 1_000,
        serverTimeUs: 1_790_000_000_000_000 + i * 1_000_000,
        status: 0,
      })),
    );
    expect(packSamples(given).length).toBeLessThan(3_600 * 1.125);
  });
});

describe('a column of whole numbers', () => {
  it('gives back what was written, in every form', () => {
    const whole = fc.oneof(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), fc.integer({ min: -100, max: 100 }));
    const line = fc.tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.array(fc.nat(9), { minLength: 1 }));
    const integers = fc.oneof(
      fc.array(whole, { minLength: 1, maxLength: 50 }),
      line.map(([base, step, rest]) => rest.map((extra, i) => base + i * step + extra)),
    );
    fc.assert(
      fc.property(integers, (given) => {
        const writer = new BitWriter(1);
        writeIntegerColumn(writer, Float64Array.from(given), given.length);
        const end = writer.done().length;
        writer.bytes(0, 4);
        const reader = new BitReader(writer.done(), 0, end);
        expect([...readIntegerColumn(reader, given.length)]).toEqual(given.map((number) => number + 0));
        reader.done();
      }),
      { numRuns: 500 },
    );
  });
});
