import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { BatchCodecError } from './batch-codec.error.js';
import { decodeBatch, encodeBatch } from './batch-codec.js';
import { packColumns, unpackColumns } from './columns-codec.js';
import { columnsFrom, samplesOf } from './sample-columns.js';
import type { Sample, SampleBatch } from './sample.js';
import { TIME_LIMIT_US } from './time-column.js';

const time = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_700_003_600 }).map((s) => s * 1_000_000),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_900_000 }).map((ms) => ms * 1_000),
  fc.maxSafeInteger().map((us) => (us % (TIME_LIMIT_US + 1)) + 0),
);
const value = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e300, 2 ** 53),
);
const status = fc.oneof(fc.constantFrom(0, 0x80050000), fc.nat(0xffffffff));
const sample: fc.Arbitrary<Sample> = fc.record({
  tagId: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2_147_483_647 })),
  value,
  sourceTimeUs: time,
  serverTimeUs: time,
  status,
});
const continuity = fc.record({
  tagIds: fc.array(fc.integer({ min: 1, max: 2_147_483_647 })),
  fromUs: time,
  toUs: time,
  kind: fc.constantFrom('gap' as const, 'backfilled' as const, 'device-off' as const, 'dropped' as const),
  reason: fc.string(),
});
const batch: fc.Arbitrary<SampleBatch> = fc.record({
  identity: fc.record({
    gatewayId: fc.integer({ min: 1, max: 2_147_483_647 }),
    epoch: fc.maxSafeNat(),
    seq: fc.maxSafeNat().map((n) => n || 1),
  }),
  samples: fc.array(sample, { maxLength: 60 }).map(columnsFrom),
  continuity: fc.array(continuity, { maxLength: 3 }),
});

describe('batch codec', () => {
  it('gives back every sample bit by bit, in order', () => {
    fc.assert(
      fc.property(batch, (given) => {
        const back = decodeBatch(encodeBatch(given));
        expect(back.identity).toEqual(given.identity);
        expect([...samplesOf(back.samples)]).toEqual([...samplesOf(given.samples)]);
        expect(back.continuity).toEqual(given.continuity);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back one tag of a regular scan with jitter, gaps and drift', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            jitter: fc.integer({ min: -20_000, max: 20_000 }),
            gap: fc.constantFrom(0, 0, 0, 0, 7),
            v: value,
          }),
          { minLength: 1, maxLength: 400 },
        ),
        fc.boolean(),
        (rows, free) => {
          let at = 1_700_000_000_000_000;
          const given = columnsFrom(
            rows.map((row) => {
              at += 1_000_000 * (1 + row.gap) + (free ? row.jitter : 0);
              const sourceTimeUs = free ? at : at + row.jitter;
              return { tagId: 7, value: row.v, sourceTimeUs, serverTimeUs: at + 1_500, status: 0 };
            }),
          );
          expect(unpackColumns(packColumns(given))).toEqual(given);
        },
      ),
    );
  });

  it('refuses every truncation and every flipped bit with BatchCodecError', () => {
    fc.assert(
      fc.property(batch, fc.nat(), fc.nat(7), (given, where, bit) => {
        const bytes = encodeBatch(given);
        expect(() => decodeBatch(bytes.subarray(0, where % bytes.length))).toThrow(BatchCodecError);
        const flipped = Buffer.from(bytes);
        flipped[where % bytes.length]! ^= 1 << bit;
        expect(() => decodeBatch(flipped)).toThrow(BatchCodecError);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses or decodes a forged body with a right checksum, and never fails otherwise', () => {
    const forge = (bytes: Buffer, at: number, byte: number): Buffer => {
      const forged = Buffer.from(bytes);
      forged[16 + (at % (forged.length - 16))] = byte;
      forged.writeUInt32LE(crc32(forged.subarray(8), crc32(forged.subarray(0, 4))), 4);
      return forged;
    };
    fc.assert(
      fc.property(
        batch,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (given, changes) => {
          const forged = changes.reduce((bytes, [at, byte]) => forge(bytes, at, byte), encodeBatch(given));
          try {
            const { samples } = decodeBatch(forged);
            expect(samples.values.length).toBe(samples.tagIds.length);
            for (const us of samples.sourceTimesUs) expect(Number.isSafeInteger(us)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(BatchCodecError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('refuses random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
        expect(() => decodeBatch(bytes)).toThrow(BatchCodecError),
      ),
    );
  });

  it('refuses a body that claims to unpack to more than the limit, before it unpacks', () => {
    const bytes = encodeBatch({
      identity: { gatewayId: 1, epoch: 1, seq: 1 },
      samples: columnsFrom([]),
      continuity: [],
    });
    bytes.writeUInt32LE(0xffffffff, 12);
    bytes.writeUInt32LE(crc32(bytes.subarray(8), crc32(bytes.subarray(0, 4))), 4);
    expect(() => decodeBatch(bytes)).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }));
  });

  it.each([NaN, Infinity, 1.5, 2 ** 53])('refuses to encode a source time of %s', (sourceTimeUs) => {
    const samples = columnsFrom([{ tagId: 3, value: 1, sourceTimeUs, serverTimeUs: 0, status: 0 }]);
    expect(() => encodeBatch({ identity: { gatewayId: 1, epoch: 1, seq: 1 }, samples, continuity: [] })).toThrow(
      expect.objectContaining({ code: 'BATCH_INVALID', message: expect.stringContaining('Tag 3') }),
    );
  });
});
