import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyLeakEvent, judgeRepair, LEAK_OUTCOMES, newLeakAlert } from './index.js';
import type { LeakAlert, LeakEvent } from './index.js';

const HOUR_US = 3_600_000_000;
const run = (...events: LeakEvent[]): LeakAlert =>
  events.reduce((alert, event) => {
    const outcome = applyLeakEvent(alert, event);
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.code);
    return outcome.alert;
  }, newLeakAlert());
const me = { atUs: 5, by: 7 };

describe('the leak alert', () => {
  it('goes from detection to a verified repair', () => {
    const alert = run(
      { kind: 'acknowledge', ...me },
      { kind: 'assign', assigneeUserId: 9, ...me },
      { kind: 'classify', outcome: 'confirmed', ...me },
      { kind: 'repair', ...me },
      { kind: 'verify', atUs: 6, by: null },
    );
    expect(alert).toEqual({ phase: 'verified', assigneeUserId: 9, outcome: 'confirmed', repairedAtUs: 5, reopened: 0 });
  });

  it('re-opens with its assignee when the signature comes back', () => {
    const alert = run(
      { kind: 'assign', assigneeUserId: 9, ...me },
      { kind: 'classify', outcome: 'confirmed', ...me },
      { kind: 'repair', ...me },
      { kind: 'reopen', atUs: 9, by: null },
    );
    expect(alert).toEqual({ phase: 'detected', assigneeUserId: 9, outcome: null, repairedAtUs: null, reopened: 1 });
  });

  it('refuses what makes no sense, in one sentence', () => {
    const codes = (
      [
        [newLeakAlert(), { kind: 'classify', outcome: 'test', ...me }],
        [newLeakAlert(), { kind: 'repair', ...me }],
        [newLeakAlert(), { kind: 'verify', ...me }],
        [newLeakAlert(), { kind: 'reopen', ...me }],
        [newLeakAlert(), { kind: 'acknowledge', atUs: 0, by: null }],
        [run({ kind: 'acknowledge', ...me }), { kind: 'acknowledge', ...me }],
        [
          run({ kind: 'acknowledge', ...me }, { kind: 'classify', outcome: 'nuisance', ...me }),
          { kind: 'repair', ...me },
        ],
      ] satisfies [LeakAlert, LeakEvent][]
    ).map(([alert, event]) => {
      const outcome = applyLeakEvent(alert, event);
      return outcome.kind === 'refused' ? outcome.refusal.code : 'applied';
    });
    expect(codes).toEqual([
      'LEAK_NOT_ACKNOWLEDGED',
      'LEAK_NOTHING_TO_REPAIR',
      'LEAK_NOT_REPAIRED',
      'LEAK_NOT_REPAIRED',
      'LEAK_PERSON_NEEDED',
      'LEAK_ALREADY_ACKNOWLEDGED',
      'LEAK_NOTHING_TO_REPAIR',
    ]);
  });

  it('is never repaired without a finding, nor verified without a repair, in any story', () => {
    const event = fc.oneof(
      fc.record({
        kind: fc.constantFrom('acknowledge', 'repair', 'verify', 'reopen'),
        atUs: fc.nat(),
        by: fc.constantFrom(null, 7),
      }),
      fc.record({ kind: fc.constant('assign'), assigneeUserId: fc.nat(), atUs: fc.nat(), by: fc.constant(7) }),
      fc.record({
        kind: fc.constant('classify'),
        outcome: fc.constantFrom(...LEAK_OUTCOMES),
        atUs: fc.nat(),
        by: fc.constant(7),
      }),
    ) as fc.Arbitrary<LeakEvent>;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (story) => {
        let alert = newLeakAlert();
        for (const step of story) {
          const outcome = applyLeakEvent(alert, step);
          if (outcome.kind === 'applied') alert = outcome.alert;
          if (alert.phase === 'repaired' || alert.phase === 'verified') {
            expect(['confirmed', 'sensor-fault']).toContain(alert.outcome);
            expect(alert.repairedAtUs).not.toBeNull();
          }
        }
      }),
    );
  });
});

describe('the proof of a repair', () => {
  const seen = { nowUs: 30 * HOUR_US, repairedAtUs: 0, signatureSeenAtUs: null, comparableLoadHours: 25 };
  it.each([
    ['verify', seen],
    ['wait', { ...seen, comparableLoadHours: 23 }],
    ['reopen', { ...seen, signatureSeenAtUs: 2 * HOUR_US }],
    ['verify', { ...seen, signatureSeenAtUs: HOUR_US / 2 }],
  ] as const)('says %s', (expected, observation) => {
    expect(judgeRepair(observation)).toBe(expected);
  });
});
