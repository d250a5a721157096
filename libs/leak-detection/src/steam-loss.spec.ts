import { describe, expect, it } from '@jest/globals';
import { estimateLoss, napierKgPerHour, orificeMm } from './index.js';

describe('steam loss', () => {
  it('agrees with the published orifice: 1/8 inch at 50 psig loses 13.3 kg/h', () => {
    const absoluteBar = (50 + 14.696) * 0.0689476;
    expect(napierKgPerHour(3.175, absoluteBar)).toBeCloseTo(13.3, 1);
    expect(orificeMm(napierKgPerHour(3.175, absoluteBar), absoluteBar)).toBeCloseTo(3.175, 9);
  });
  it('shows its formula and its uncertainty', () => {
    const loss = estimateLoss(12, 9);
    expect(loss.kgPerHour).toBeCloseTo((1000 * 12 * 3.6) / 2650, 9);
    expect([loss.lowKgPerHour * 2, loss.highKgPerHour / 2]).toEqual([loss.kgPerHour, loss.kgPerHour]);
    expect(loss.formula).toBe(
      'm = 1000 W/K · 12.0 K · 3.6 / 2650 kJ/kg = 16.3 kg/h (÷2 … ×2); Napier m = 0.412 · 0.72 · d² · 9.0 bar → d = 2.5 mm',
    );
    expect(estimateLoss(-1, null)).toMatchObject({ kgPerHour: 0, orificeMm: null });
  });
});
