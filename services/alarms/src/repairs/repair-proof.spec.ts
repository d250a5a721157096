import { describe, expect, it } from '@jest/globals';
import type { Detection, RepairEvidence } from '@telltale/plant-registry';
import { backAgain, isSamePlace, proveRepair } from './repair-proof.js';

const repairedAt = new Date('2026-11-23T08:00:00Z');
const after = (hours: number): Date => new Date(repairedAt.getTime() + hours * 3_600_000);
const detection = (change: Partial<Detection>): Detection => ({
  tenantId: 1,
  detectionId: 1,
  siteId: 1,
  insight: 'steam-leak',
  subjectId: 3,
  incidentKey: 'leak-1',
  state: 'closed',
  onsetAt: after(-5),
  detectedAt: after(-5),
  closedAt: after(0.7),
  positionM: 42.5,
  positionPlusMinusM: 0.5,
  excessC: 12.3,
  confidence: 1,
  lossKgPerHour: 10,
  evidence: {},
  historical: false,
  revision: 1,
  updatedAt: after(0),
  ...change,
});
const evidence = (watchedHours: number, change: Partial<RepairEvidence> = {}): RepairEvidence => {
  const own = change.own ?? detection({});
  return {
    own,
    leaks: [own],
    disturbances: [],
    sensorPositionsM: [41, 42.5, 44],
    watchedUntil: after(watchedHours),
    ...change,
  };
};
const verdict = (found: RepairEvidence): string | undefined => proveRepair(found, repairedAt, 4)?.sentence;

describe('the proof of a repair', () => {
  it('needs the hours that were set, and says how many were counted', () => {
    expect(verdict(evidence(3.9))).toBeUndefined();
    expect(verdict(evidence(4))).toBe('No sign of the leak at 42.5 m in 4.0 h of comparable load since the repair.');
    expect(verdict(evidence(4, { watchedUntil: null }))).toBeUndefined();
  });

  it('does not count transients, silence and doubt about the nearest sensor, overlapping ones once', () => {
    const disturbances = [
      detection({ insight: 'segment-transient', positionM: null, onsetAt: after(1), closedAt: after(3) }),
      detection({ insight: 'sensor-suspect', positionM: 42.5, onsetAt: after(2), closedAt: after(4) }),
      detection({ insight: 'sensor-suspect', positionM: 44, onsetAt: after(0), closedAt: null }),
      detection({ insight: 'sensor-suspect', positionM: null, onsetAt: after(-2), closedAt: after(0.5) }),
    ];
    expect(verdict(evidence(7.4, { disturbances }))).toBeUndefined();
    expect(verdict(evidence(7.5, { disturbances }))).toBe(
      'No sign of the leak at 42.5 m in 4.0 h of comparable load since the repair; 3.5 h with another load or without data are not counted.',
    );
  });

  it('fails when the leak is still seen after the settling time of an hour', () => {
    const own = detection({ state: 'open', closedAt: null });
    expect(verdict(evidence(1, { own }))).toBeUndefined();
    expect(verdict(evidence(1.2, { own }))).toBe(
      'The leak at 42.5 m was still seen 1.2 h after the repair was reported, 12.3 °C above what is expected.',
    );
    // The detector closes half an hour after the last sign.
    expect(verdict(evidence(3, { own: detection({ closedAt: after(1.4) }) }))).toBeUndefined();
    expect(verdict(evidence(3, { own: detection({ closedAt: after(1.6) }) }))).toContain('still seen 1.1 h after');
  });

  it('concludes nothing from an open detection that nobody can see', () => {
    const own = detection({ state: 'open', closedAt: null });
    const dark = (fromHours: number) => [
      detection({ insight: 'segment-transient', positionM: null, onsetAt: after(fromHours), closedAt: null }),
    ];
    expect(verdict(evidence(9, { own, disturbances: dark(0.9) }))).toBeUndefined();
    expect(verdict(evidence(9, { own, disturbances: dark(1.5) }))).toContain('still seen 1.5 h after');
  });

  it('looks at every leak of the same place and at no other', () => {
    const own = detection({});
    const other = (positionM: number) => detection({ detectionId: 2, positionM, state: 'open', closedAt: null });
    expect(verdict(evidence(5, { own, leaks: [own, other(46)] }))).toContain('No sign');
    expect(verdict(evidence(5, { own, leaks: [own, other(44)] }))).toContain('still seen');
    expect(isSamePlace(own, detection({ subjectId: 4 }))).toBe(false);
    expect(isSamePlace(own, detection({ positionM: 48, positionPlusMinusM: 5 }))).toBe(true);
  });

  it('says when and how the leak came back', () => {
    expect(backAgain(detection({ onsetAt: after(1.6), positionM: 42.9, excessC: 11 }), repairedAt)).toBe(
      'The leak came back 1.6 h after the repair: since 2026-11-23 09:36 UTC the air at 42.9 m is 11.0 °C above what is expected.',
    );
  });
});
