import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Status } from '@telltale/tag-sample';
import type { DataPathFacts } from './data-path-facts.js';
import { causeOf, explainDataPath, STATIONS, type PathStep } from './explain-data-path.js';
import { STEP_WORDS } from './step-words.js';

const NOW = 1_800_000_000_000_000;
const ago = (seconds: number): number => NOW - seconds * 1e6;
const report = (state: NonNullable<NonNullable<DataPathFacts['connection']>['report']>['state'], sinceUs = ago(600)) => ({ state, sinceUs, code: 'opcua.no-answer', reason: 'It does not answer.' });

const WELL: DataPathFacts = {
  nowUs: NOW,
  tag: { retiredAtUs: null, hasAddress: true, scanIntervalMs: 1_000, hasDeadband: false },
  connection: { name: 'plc', speaksOnChange: false, report: { state: 'connected', sinceUs: ago(3_600), code: null, reason: null } },
  problem: null,
  gateway: { name: 'north', reportedAtUs: ago(2), clockOffsetUs: 20_000, spool: { batches: 1, oldestUs: ago(1) }, readsHistory: false, queueOldestUs: null },
  quarantine: { count: 0, newestUs: null, reason: null },
  latest: { sourceTimeUs: ago(1), serverTimeUs: ago(1), status: Status.Good },
};
const OLD = { sourceTimeUs: ago(900), serverTimeUs: ago(900), status: Status.Good };
const gateway = (given: Partial<NonNullable<DataPathFacts['gateway']>>) => ({ gateway: { name: 'north', reportedAtUs: ago(2), clockOffsetUs: 0, spool: { batches: 1, oldestUs: ago(1) }, readsHistory: false, queueOldestUs: null, ...given } });
const connection = (given: Partial<NonNullable<DataPathFacts['connection']>>) => ({ connection: { name: 'plc', speaksOnChange: false, report: report('connected'), ...given } });
const problem = (code: string) => ({ problem: { code, reason: 'correct it' } });
const latest = (status: number, sourceTimeUs = ago(1)) => ({ latest: { sourceTimeUs, serverTimeUs: ago(1), status } });

const explained = (given: Partial<DataPathFacts>): PathStep[] => explainDataPath({ ...WELL, ...given });
const at = (steps: readonly PathStep[], station: string): string => steps.map((step) => (step.station === station ? `${step.state} ${step.code}` : '')).join('');

describe('why there is no data', () => {
  it.each<[string, Partial<DataPathFacts>, string, number | null]>([
    ['the tag is retired', { tag: { ...WELL.tag, retiredAtUs: ago(50) }, latest: OLD }, 'tag TAG_RETIRED', ago(50)],
    ['the tag has no connection', { connection: null, gateway: null, latest: null }, 'tag TAG_WITHOUT_CONNECTION', null],
    ['the tag has no address', { tag: { ...WELL.tag, hasAddress: false }, latest: null }, 'tag TAG_WITHOUT_ADDRESS', null],
    ['the endpoint is down', { ...connection({ report: report('disconnected', ago(600)) }), latest: OLD }, 'connection CONNECTION_DOWN', ago(600)],
    ['the certificate is not trusted', { ...connection({ report: report('untrusted', ago(60)) }), latest: OLD }, 'connection CERTIFICATE_UNTRUSTED', ago(60)],
    ['the settings are wrong', { ...connection({ report: report('misconfigured') }), latest: OLD }, 'connection CONNECTION_MISCONFIGURED', ago(600)],
    ['the connection does not open', { ...connection({ report: report('connecting', ago(31)) }), latest: OLD }, 'connection CONNECTION_OPENING', ago(31)],
    ['the node is missing', latest(Status.BadNodeIdUnknown), 'signal NODE_MISSING', ago(1)],
    ['the address is wrong', latest(Status.BadConfigurationError), 'signal ADDRESS_WRONG', ago(1)],
    ['the slave’s circuit is open', latest(Status.BadNoCommunication), 'signal UNIT_SILENT', ago(1)],
    ['the slave does not answer', latest(Status.BadTimeout), 'signal UNIT_SILENT', ago(1)],
    ['the sensor’s circuit is open', latest(Status.BadSensorFailure), 'signal SENSOR_FAULT', ago(1)],
    ['a status with flags, too', latest(Status.BadSensorFailure + 0x480), 'signal SENSOR_FAULT', ago(1)],
    ['the device is ill', latest(Status.BadDeviceFailure), 'signal DEVICE_FAULT', ago(1)],
    ['there is no number', latest(Status.BadTypeMismatch), 'signal TYPE_NOT_A_NUMBER', ago(1)],
    ['the node is missing, as the connector says', { ...problem('opcua.node-unknown'), latest: OLD }, 'signal NODE_MISSING', null],
    ['the address means a whole structure', { ...problem('opcua.whole-structure'), ...latest(Status.BadTypeMismatch) }, 'signal TYPE_NOT_A_NUMBER', ago(1)],
    ['there is no such member', { ...problem('opcua.member-unknown'), ...latest(Status.BadConfigurationError, ago(60)) }, 'signal ADDRESS_WRONG', ago(60)],
    ['the node can’t be read', { ...problem('opcua.read-refused'), ...latest(0x801f_0000) }, 'signal ADDRESS_WITHOUT_VALUE', ago(1)],
    ['the address never gave a value', { ...problem('opcua.tag-refused'), latest: null }, 'signal ADDRESS_WITHOUT_VALUE', null],
    ['a status that nobody knows is bad', latest(0x80ff_0000), 'signal SIGNAL_BAD', ago(1)],
    ['the device lives in the future', latest(Status.Good, NOW + 400e6), 'clock DEVICE_CLOCK_AHEAD', NOW + 400e6],
    ['the device lives in the past', latest(Status.Good, ago(4_000)), 'clock DEVICE_CLOCK_BEHIND', ago(4_000)],
    ['the gateway’s clock is wrong', gateway({ clockOffsetUs: -8e6 }), 'clock GATEWAY_CLOCK_WRONG', null],
    ['the gateway is silent', { ...gateway({ reportedAtUs: ago(120) }), latest: OLD }, 'gateway GATEWAY_SILENT', ago(120)],
    ['the gateway has never been there', { ...gateway({ reportedAtUs: null }), latest: null }, 'gateway GATEWAY_NEVER_SEEN', null],
    ['the spool has a backlog', { ...gateway({ spool: { batches: 400, oldestUs: ago(300) } }), latest: OLD }, 'spool SPOOL_BACKLOG', ago(300)],
    ['the queue is late', { ...gateway({ spool: { batches: 400, oldestUs: ago(300) }, queueOldestUs: ago(250) }), latest: OLD }, 'queue QUEUE_LATE', ago(250)],
    ['a batch was quarantined', { quarantine: { count: 2, newestUs: ago(60), reason: 'BATCH_DAMAGED' }, latest: OLD }, 'historian BATCH_QUARANTINED', ago(60)],
    ['no value ever came', { latest: null }, 'value VALUE_NEVER_CAME', null],
    ['a polled value is old and nobody knows why', { latest: OLD }, 'value VALUE_STALE', ago(900)],
    ['a deadband can’t hold a value that long', { tag: { ...WELL.tag, hasDeadband: true }, latest: OLD }, 'value VALUE_STALE', ago(900)],
  ])('%s', (_name, given, cause, sinceUs) => {
    const found = causeOf(explained(given));
    expect([`${found?.station} ${found?.code}`, found?.sinceUs]).toEqual([cause, sinceUs]);
  });

  it.each<[string, Partial<DataPathFacts>, string]>([
    ['fresh', {}, 'ok VALUE_FRESH'],
    ['unchanged at a device that tells changes', { ...connection({ speaksOnChange: true }), latest: OLD }, 'ok VALUE_UNCHANGED'],
    ['within its deadband', { tag: { ...WELL.tag, hasDeadband: true }, latest: { ...OLD, sourceTimeUs: ago(70), serverTimeUs: ago(70) } }, 'ok VALUE_WITHIN_DEADBAND'],
    ['slow by its scan interval', { tag: { ...WELL.tag, scanIntervalMs: 600_000 }, latest: OLD }, 'ok VALUE_FRESH'],
    ['doubted by the device', latest(Status.Uncertain), 'ok VALUE_FRESH'],
    ['too long for a number and therefore doubted', { ...problem('opcua.beyond-2-53'), ...latest(Status.Uncertain, ago(3)) }, 'ok VALUE_FRESH'],
    ['good since the address was corrected', { ...problem('opcua.whole-array'), ...latest(Status.Good) }, 'ok VALUE_FRESH'],
    ['read from history just now', { ...gateway({ readsHistory: true }), ...latest(Status.Good, ago(10)) }, 'ok VALUE_FRESH'],
    ['stored after an older batch was set aside', { quarantine: { count: 1, newestUs: ago(4_000), reason: 'x' } }, 'ok VALUE_FRESH'],
  ])('nothing is wrong when the value is %s', (_name, given, value) => {
    const steps = explained(given);
    expect([causeOf(steps), at(steps, 'value')]).toEqual([null, value]);
  });

  it('is asked station by station, always all of them, and says so where nobody can know', () => {
    const silent = explained({ ...gateway({ reportedAtUs: ago(120) }), ...latest(Status.BadSensorFailure) });
    expect(silent.map(({ station }) => station)).toEqual(STATIONS);
    expect([at(silent, 'connection'), at(silent, 'signal'), at(silent, 'spool'), at(silent, 'queue')]).toEqual(Array.from({ length: 4 }, () => 'unknown GATEWAY_SAYS_NOTHING'));
    expect(explained({ tag: { ...WELL.tag, hasAddress: false } }).map(({ station }) => station)).toEqual(STATIONS);
    const down = explained({ ...connection({ report: report('disconnected') }), ...latest(Status.BadTimeout) });
    expect(at(down, 'signal')).toBe('unknown SIGNAL_NOT_ASKED');
  });

  it('tells what the connector wants corrected, with its code', () => {
    const [step] = explained({ ...problem('opcua.whole-array'), ...latest(Status.BadTypeMismatch) }).filter(({ station }) => station === 'signal');
    expect(step?.detail).toBe('correct it (opcua.whole-array)');
    expect(at(explained({ ...gateway({ reportedAtUs: ago(120) }), ...problem('opcua.whole-array') }), 'signal')).toBe('unknown GATEWAY_SAYS_NOTHING');
  });

  it('blames the queue and not the spool that waits for it', () => {
    expect(at(explained({ ...gateway({ spool: { batches: 400, oldestUs: ago(300) }, queueOldestUs: ago(250) }) }), 'spool')).toBe('ok SPOOL_WAITS_FOR_PLATFORM');
  });

  it('does not call an old value fine when something before it is broken', () => {
    const steps = explained({ ...connection({ speaksOnChange: true, report: report('disconnected') }), latest: OLD });
    expect(at(steps, 'value')).toBe('broken VALUE_STALE');
  });

  it('has words for every code that it gives', () => {
    const source = readFileSync(join(import.meta.dirname, 'explain-data-path.ts'), 'utf8');
    const given = new Set([...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code]) => code ?? ''));
    expect(given.size).toBeGreaterThan(40);
    expect([...given].sort()).toEqual(Object.keys(STEP_WORDS).sort());
    for (const [code, [what, remedy]] of Object.entries(STEP_WORDS)) {
      expect([code, what.endsWith('.'), remedy === null || remedy.endsWith('.')]).toEqual([code, true, true]);
    }
  });
});
