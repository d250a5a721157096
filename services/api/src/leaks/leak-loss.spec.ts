import { describe, expect, it } from '@jest/globals';
import { Detection, PipeRun } from '@telltale/plant-registry';
import { leakLoss } from './leak-loss.js';

const NOW = new Date('2026-06-30T12:00:00Z');
const detection = (given: Partial<Detection> = {}): Detection =>
  Object.assign(new Detection(), { lossKgPerHour: 50, onsetAt: new Date('2026-06-30T02:00:00Z'), closedAt: null, evidence: { completeness: 0.9, lossFormula: 'as it is' } }, given);
const run = (given: Partial<PipeRun> = {}): PipeRun => Object.assign(new PipeRun(), { steamCostPerTonne: 40, co2KgPerTonne: 200, energyKwhPerTonne: 800 }, given);
const loss = (found: Detection, pipe: PipeRun) => leakLoss(found, pipe, 'EUR', NOW);

describe('the loss of a leak', () => {
  it('is reckoned from the kilograms and the factors of the pipe run', () => {
    expect(loss(detection(), run())).toEqual({
      kgPerHour: 50,
      perHour: { amount: 2, currency: 'EUR' },
      kgSinceOnset: 500,
      sinceOnset: { amount: 20, currency: 'EUR' },
      co2KgSinceOnset: 100,
      energyKwhSinceOnset: 400,
      formula: 'as it is',
      completeness: 0.9,
    });
  });

  it('ends with the leak', () => {
    expect(loss(detection({ closedAt: new Date('2026-06-30T04:00:00Z') }), run()).kgSinceOnset).toBe(100);
  });

  it('leaves unknown what is reckoned with something unknown, and nothing else', () => {
    const bare = loss(detection({ evidence: {} }), run({ steamCostPerTonne: null, co2KgPerTonne: null, energyKwhPerTonne: null }));
    expect(bare).toEqual({
      kgPerHour: 50, perHour: null, kgSinceOnset: 500, sinceOnset: null, co2KgSinceOnset: null, energyKwhSinceOnset: null,
      formula: '50.0 kg/h; the price of the steam is not known.', completeness: null,
    });
    const nothing = loss(detection({ lossKgPerHour: null, evidence: {} }), run());
    expect(nothing).toEqual({ kgPerHour: null, perHour: null, kgSinceOnset: null, sinceOnset: null, co2KgSinceOnset: null, energyKwhSinceOnset: null, formula: 'The loss is not known yet.', completeness: null });
  });

  it('keeps what costs nothing apart from what is not known', () => {
    expect(loss(detection(), run({ steamCostPerTonne: 0 })).perHour).toEqual({ amount: 0, currency: 'EUR' });
  });
});
