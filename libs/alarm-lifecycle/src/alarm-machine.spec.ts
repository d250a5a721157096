import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ALARM_FLAGS,
  ALARM_STATES,
  applyAlarmEvent,
  isActive,
  isFlagged,
  needsAcknowledgement,
  newAlarm,
} from './index.js';
import type { AlarmEvent, AlarmOutcome, AlarmRecord, AlarmState } from './index.js';

const MINUTE_US = 60_000_000;
const after = (alarm: AlarmRecord, ...events: AlarmEvent[]): AlarmRecord =>
  events.reduce((current, event) => {
    const outcome = applyAlarmEvent(current, event);
    if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
    return outcome.alarm;
  }, alarm);
const codeOf = (outcome: AlarmOutcome): string => (outcome.kind === 'refused' ? outcome.refusal.code : 'applied');
const by7 = { atUs: 1, by: 7 };
const raise: AlarmEvent = { kind: 'raise', atUs: 0, by: null };
const clear: AlarmEvent = { kind: 'clear', atUs: 2, by: null };
const acknowledge: AlarmEvent = { kind: 'acknowledge', ...by7 };
const reset: AlarmEvent = { kind: 'reset', atUs: 3, by: 7 };

/** The table of ISA-18.2, written down a second time and by hand: [not latching, latching]; '-' = refused. */
const TABLE: Record<
  AlarmState,
  Record<'raise' | 'clear' | 'acknowledge' | 'reset', [AlarmState | '-', AlarmState | '-']>
> = {
  normal: {
    raise: ['unacknowledged', 'unacknowledged'],
    clear: ['-', '-'],
    acknowledge: ['-', '-'],
    reset: ['-', '-'],
  },
  unacknowledged: {
    raise: ['-', '-'],
    clear: ['returned-unacknowledged', 'returned-unacknowledged'],
    acknowledge: ['acknowledged', 'acknowledged'],
    reset: ['-', '-'],
  },
  acknowledged: { raise: ['-', '-'], clear: ['normal', 'latched'], acknowledge: ['-', '-'], reset: ['-', '-'] },
  'returned-unacknowledged': {
    raise: ['unacknowledged', 'unacknowledged'],
    clear: ['-', '-'],
    acknowledge: ['normal', 'latched'],
    reset: ['-', '-'],
  },
  latched: {
    raise: ['unacknowledged', 'unacknowledged'],
    clear: ['-', '-'],
    acknowledge: ['-', '-'],
    reset: ['normal', 'normal'],
  },
};

describe('the alarm state machine', () => {
  it('makes exactly the transitions of the table, from every state', () => {
    for (const state of ALARM_STATES)
      for (const [latchIndex, latching] of [false, true].entries())
        for (const event of [raise, clear, acknowledge, reset]) {
          const outcome = applyAlarmEvent({ ...newAlarm(latching), state }, event);
          const expected = TABLE[state][event.kind as 'raise'][latchIndex];
          const got = outcome.kind === 'refused' ? '-' : outcome.alarm.state;
          expect([state, latching, event.kind, got]).toEqual([state, latching, event.kind, expected]);
        }
  });

  it('keeps who acknowledged and when, and forgets it at the next raise', () => {
    const acknowledged = after(newAlarm(), raise, acknowledge);
    expect(acknowledged).toMatchObject({ acknowledgedBy: 7, acknowledgedAtUs: 1, raisedAtUs: 0 });
    expect(after(acknowledged, clear, raise)).toMatchObject({
      acknowledgedBy: null,
      acknowledgedAtUs: null,
      clearedAtUs: null,
    });
  });

  it('says who, when and why in every journal entry', () => {
    const outcome = applyAlarmEvent(after(newAlarm(), raise), { ...acknowledge, comment: 'on my way' });
    expect(outcome).toMatchObject({
      transitions: [
        {
          kind: 'acknowledge',
          from: 'unacknowledged',
          to: 'acknowledged',
          flag: null,
          atUs: 1,
          by: 7,
          comment: 'on my way',
        },
      ],
    });
  });

  it.each([
    ['ALARM_PERSON_NEEDED', { kind: 'shelve', atUs: 0, by: null, untilUs: 9, reason: 'x' }],
    ['ALARM_REASON_NEEDED', { kind: 'shelve', atUs: 0, by: 7, untilUs: 9, reason: ' ' }],
    ['ALARM_END_IN_THE_PAST', { kind: 'shelve', atUs: 9, by: 7, untilUs: 9, reason: 'x' }],
    ['ALARM_SHELVED_TOO_LONG', { kind: 'shelve', atUs: 0, by: 7, untilUs: 25 * 60 * MINUTE_US, reason: 'x' }],
    ['ALARM_FLAG_NOT_SET', { kind: 'unshelve', atUs: 0, by: 7 }],
    ['ALARM_NOTHING_EXPIRED', { kind: 'expire', atUs: 0, by: null }],
    ['ALARM_PERSON_NEEDED', { kind: 'remove-from-service', atUs: 0, by: null, untilUs: null, reason: 'x' }],
    ['applied', { kind: 'suppress', atUs: 0, by: null, untilUs: null, reason: 'line stopped' }],
  ] satisfies [string, AlarmEvent][])('answers %s to %j', (code, event) => {
    expect(codeOf(applyAlarmEvent(newAlarm(), event))).toBe(code);
  });

  it('lets a shelved alarm ask for attention again when its time is over', () => {
    const shelved = after(newAlarm(), raise, { kind: 'shelve', atUs: 5, by: 7, untilUs: 10, reason: 'known' });
    expect([isFlagged(shelved, 'shelved', 9), isFlagged(shelved, 'shelved', 10)]).toEqual([true, false]);
    const outcome = applyAlarmEvent(shelved, { kind: 'expire', atUs: 10, by: null });
    expect(outcome).toMatchObject({
      alarm: { shelved: null, state: 'unacknowledged' },
      transitions: [{ kind: 'shelving-expired' }],
    });
  });
});

const anEvent = (atUs: number): fc.Arbitrary<AlarmEvent> => {
  const by = fc.constantFrom(null, 7);
  const untilUs = fc.integer({ min: atUs - 2, max: atUs + 20 });
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        'raise',
        're-alarm',
        'clear',
        'acknowledge',
        'reset',
        'unshelve',
        'unsuppress',
        'return-to-service',
        'expire',
      ),
      atUs: fc.constant(atUs),
      by,
    }),
    fc.record({
      kind: fc.constant('shelve'),
      atUs: fc.constant(atUs),
      by,
      untilUs,
      reason: fc.constantFrom('', 'why'),
    }),
    fc.record({
      kind: fc.constantFrom('suppress', 'remove-from-service'),
      atUs: fc.constant(atUs),
      by,
      untilUs: fc.option(untilUs),
      reason: fc.constantFrom('', 'why'),
    }),
  ) as fc.Arbitrary<AlarmEvent>;
};
const aStory = fc
  .integer({ min: 1, max: 60 })
  .chain((length) => fc.tuple(...Array.from({ length }, (_, i) => anEvent(i * 3))));

describe('any story of an alarm', () => {
  it('is the product of a condition, an acknowledgement and three independent flags', () => {
    fc.assert(
      fc.property(fc.boolean(), aStory, (latching, story) => {
        // The model: booleans, updated without looking at the machine's states.
        const model = {
          active: false,
          owed: false,
          latch: false,
          flags: { shelved: false, suppressed: false, outOfService: false },
        };
        let alarm = newAlarm(latching);
        for (const event of story) {
          const before = structuredClone(alarm);
          const outcome = applyAlarmEvent(alarm, event);
          expect(alarm).toEqual(before);
          if (outcome.kind === 'refused') {
            expect(outcome.refusal.message).toMatch(/^[A-Z].*\.$/);
            continue;
          }
          alarm = outcome.alarm;
          if (event.kind === 'raise') Object.assign(model, { active: true, owed: true, latch: false });
          if (event.kind === 're-alarm') Object.assign(model, { owed: true, latch: false });
          if (event.kind === 'clear') Object.assign(model, { active: false, latch: latching && !model.owed });
          if (event.kind === 'acknowledge') Object.assign(model, { owed: false, latch: latching && !model.active });
          if (event.kind === 'reset') model.latch = false;
          if (event.kind === 'shelve') model.flags.shelved = true;
          if (event.kind === 'suppress') model.flags.suppressed = true;
          if (event.kind === 'remove-from-service') model.flags.outOfService = true;
          if (event.kind === 'unshelve') model.flags.shelved = false;
          if (event.kind === 'unsuppress') model.flags.suppressed = false;
          if (event.kind === 'return-to-service') model.flags.outOfService = false;
          for (const change of outcome.transitions) {
            if (change.kind.endsWith('-expired') && change.flag) model.flags[change.flag] = false;
            expect([change.from, change.to]).toEqual([before.state, alarm.state]);
          }
          expect([isActive(alarm.state), needsAcknowledgement(alarm.state), alarm.state === 'latched']).toEqual([
            model.active,
            model.owed,
            model.latch,
          ]);
          for (const flag of ALARM_FLAGS) expect(alarm[flag] !== null).toBe(model.flags[flag]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('replays from its journal: the states chain without a hole', () => {
    fc.assert(
      fc.property(fc.boolean(), aStory, (latching, story) => {
        let alarm = newAlarm(latching);
        let last: AlarmState = 'normal';
        for (const event of story) {
          const outcome = applyAlarmEvent(alarm, event);
          if (outcome.kind === 'refused') continue;
          alarm = outcome.alarm;
          expect(outcome.transitions.length).toBeGreaterThan(0);
          for (const change of outcome.transitions) {
            expect(change.from).toBe(last);
            last = change.to;
          }
        }
        expect(last).toBe(alarm.state);
      }),
    );
  });
});
