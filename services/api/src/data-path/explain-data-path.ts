import { isGood, Status, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import type { DataPathFacts } from './data-path-facts.js';

/** From the device to the database. */
export const STATIONS = ['tag', 'connection', 'signal', 'clock', 'gateway', 'spool', 'queue', 'historian', 'value'] as const;
export type Station = (typeof STATIONS)[number];

export interface PathStep {
  readonly station: Station;
  readonly state: 'ok' | 'broken' | 'unknown';
  /** Stable; the console has its words in every language. */
  readonly code: string;
  readonly sinceUs: TimeUs | null;
  /** What the station itself says, or a figure; never needed to understand the code. */
  readonly detail: string | null;
}

const SECOND_US = 1_000_000;
/** Six missed reports. */
const SILENT_AFTER_US = 30 * SECOND_US;
const WAITS_TOO_LONG_US = 15 * SECOND_US;
const CONNECTS_TOO_LONG_US = 30 * SECOND_US;
/** More than this a gateway's clock must not be off; the way of its report is part of it. */
export const CLOCK_WRONG_US = 5 * SECOND_US;
const DEVICE_CLOCK_WRONG_US = 300 * SECOND_US;
/** A gateway lets a value pass at least this often, deadband or not (edge-gateway, endpoint-journal). */
const HEARTBEAT_US = 60 * SECOND_US;
const NAME_BITS = 0xffff_0000;

const ok = (station: Station, code: string, sinceUs: TimeUs | null = null, detail: string | null = null): PathStep => ({ station, state: 'ok', code, sinceUs, detail });
const broken = (station: Station, code: string, sinceUs: TimeUs | null = null, detail: string | null = null): PathStep => ({ station, state: 'broken', code, sinceUs, detail });
const unknown = (station: Station, code: string, sinceUs: TimeUs | null = null, detail: string | null = null): PathStep => ({ station, state: 'unknown', code, sinceUs, detail });
const seconds = (us: number): string => `${Math.round(us / SECOND_US)} s`;

/** Every station in its order; the first broken one is the cause. */
export function explainDataPath(facts: DataPathFacts): PathStep[] {
  const tag = tagStep(facts);
  if (tag.state === 'broken') return [tag, ...STATIONS.slice(1, -1).map((station) => unknown(station, 'NOT_ASKED')), valueStep(facts, true)];
  const connection = connectionStep(facts);
  const before = [tag, connection, signalStep(facts, connection), clockStep(facts), gatewayStep(facts), spoolStep(facts), queueStep(facts), historianStep(facts)];
  return [...before, valueStep(facts, before.some(({ state }) => state === 'broken'))];
}

/** The step that explains the others; null when nothing is wrong. */
export const causeOf = (steps: readonly PathStep[]): PathStep | null => steps.find(({ state }) => state === 'broken') ?? null;

function tagStep({ tag, connection }: DataPathFacts): PathStep {
  if (tag.retiredAtUs !== null) return broken('tag', 'TAG_RETIRED', tag.retiredAtUs);
  if (connection === null) return broken('tag', 'TAG_WITHOUT_CONNECTION');
  return tag.hasAddress ? ok('tag', 'TAG_IN_SERVICE') : broken('tag', 'TAG_WITHOUT_ADDRESS');
}

const isSilent = ({ gateway, nowUs }: DataPathFacts): boolean => gateway === null || gateway.reportedAtUs === null || nowUs - gateway.reportedAtUs > SILENT_AFTER_US;

function connectionStep(facts: DataPathFacts): PathStep {
  const { connection, nowUs } = facts;
  const report = connection?.report ?? null;
  if (isSilent(facts)) return unknown('connection', 'GATEWAY_SAYS_NOTHING');
  if (report === null) return unknown('connection', 'CONNECTION_NOT_REPORTED');
  const { state, sinceUs, reason, code } = report;
  const detail = reason === null ? null : code === null ? reason : `${reason} (${code})`;
  switch (state) {
    case 'connected':
      return ok('connection', 'CONNECTION_UP', sinceUs);
    case 'degraded':
      return unknown('connection', 'CONNECTION_DEGRADED', sinceUs, detail);
    case 'connecting':
      return nowUs - sinceUs > CONNECTS_TOO_LONG_US ? broken('connection', 'CONNECTION_OPENING', sinceUs, detail) : unknown('connection', 'CONNECTION_OPENING', sinceUs, detail);
    case 'untrusted':
      return broken('connection', 'CERTIFICATE_UNTRUSTED', sinceUs, detail);
    case 'misconfigured':
      return broken('connection', 'CONNECTION_MISCONFIGURED', sinceUs, detail);
    case 'disconnected':
      return broken('connection', 'CONNECTION_DOWN', sinceUs, detail);
  }
}

/** What the device last said of this one signal. */
const SIGNAL_FAULTS: ReadonlyMap<StatusCode, string> = new Map([
  [Status.BadNodeIdUnknown, 'NODE_MISSING'],
  [Status.BadConfigurationError, 'ADDRESS_WRONG'],
  [Status.BadNotSupported, 'ADDRESS_WRONG'],
  [Status.BadTypeMismatch, 'TYPE_NOT_A_NUMBER'],
  [Status.BadNoCommunication, 'UNIT_SILENT'],
  [Status.BadTimeout, 'UNIT_SILENT'],
  [Status.BadDeviceFailure, 'DEVICE_FAULT'],
  [Status.BadSensorFailure, 'SENSOR_FAULT'],
  [Status.BadOutOfService, 'OUT_OF_SERVICE'],
]);

/** What a person must correct, as the connector says; null when a good value came after it said so, and when the value is only doubted. */
function problemStep({ problem, latest, gateway }: DataPathFacts): PathStep | null {
  if (problem === null) return null;
  const isBad = latest !== null && latest.status >>> 30 === 2;
  if (latest !== null && !isBad && (!isGood(latest.status) || latest.serverTimeUs > (gateway?.reportedAtUs ?? 0))) return null;
  return broken('signal', problemCode(problem.code, isBad ? faultOf(latest.status) : undefined), isBad ? latest.sourceTimeUs : null, `${problem.reason} (${problem.code})`);
}

function problemCode(code: string, fault: string | undefined): string {
  if (code.endsWith('.node-unknown')) return 'NODE_MISSING';
  return fault === 'ADDRESS_WRONG' || fault === 'TYPE_NOT_A_NUMBER' ? fault : 'ADDRESS_WITHOUT_VALUE';
}

const faultOf = (status: StatusCode): string | undefined => SIGNAL_FAULTS.get((status & NAME_BITS) >>> 0);

function signalStep(facts: DataPathFacts, connection: PathStep): PathStep {
  const { latest } = facts;
  if (isSilent(facts)) return unknown('signal', 'GATEWAY_SAYS_NOTHING');
  const wrong = problemStep(facts);
  if (wrong) return wrong;
  if (latest === null) return unknown('signal', 'SIGNAL_NEVER_SEEN');
  const { status, sourceTimeUs } = latest;
  const named = faultOf(status);
  const detail = isGood(status) ? null : `0x${status.toString(16).padStart(8, '0')}`;
  // What was said before the connection broke says nothing of now; a wrong address stays wrong.
  if (connection.state === 'broken' && named !== 'NODE_MISSING' && named !== 'ADDRESS_WRONG') return unknown('signal', 'SIGNAL_NOT_ASKED');
  if (named !== undefined) return broken('signal', named, sourceTimeUs, detail);
  if (status >>> 30 === 2) return broken('signal', 'SIGNAL_BAD', sourceTimeUs, detail);
  return isGood(status) ? ok('signal', 'SIGNAL_GOOD') : ok('signal', 'SIGNAL_UNCERTAIN', sourceTimeUs, detail);
}

function clockStep(facts: DataPathFacts): PathStep {
  const { gateway, latest, nowUs, tag } = facts;
  const ahead = latest === null ? 0 : latest.sourceTimeUs - nowUs;
  if (latest !== null && ahead > DEVICE_CLOCK_WRONG_US) return broken('clock', 'DEVICE_CLOCK_AHEAD', latest.sourceTimeUs, seconds(ahead));
  if (isSilent(facts) || gateway === null) return unknown('clock', 'GATEWAY_SAYS_NOTHING');
  if (Math.abs(gateway.clockOffsetUs) > CLOCK_WRONG_US) return broken('clock', 'GATEWAY_CLOCK_WRONG', null, seconds(gateway.clockOffsetUs));
  // A fresh arrival with an old time: unless it was read from history, the device's clock is behind.
  const behind = latest === null ? 0 : latest.serverTimeUs - latest.sourceTimeUs;
  const justArrived = latest !== null && nowUs - latest.serverTimeUs <= staleAfterUs(tag.scanIntervalMs);
  if (justArrived && !gateway.readsHistory && behind > DEVICE_CLOCK_WRONG_US) return broken('clock', 'DEVICE_CLOCK_BEHIND', latest.sourceTimeUs, seconds(behind));
  return ok('clock', 'CLOCKS_AGREE');
}

function gatewayStep({ gateway, nowUs }: DataPathFacts): PathStep {
  if (gateway === null) return unknown('gateway', 'NOT_ASKED');
  if (gateway.reportedAtUs === null) return broken('gateway', 'GATEWAY_NEVER_SEEN', null, gateway.name);
  if (nowUs - gateway.reportedAtUs > SILENT_AFTER_US) return broken('gateway', 'GATEWAY_SILENT', gateway.reportedAtUs, gateway.name);
  return ok('gateway', 'GATEWAY_REPORTS', null, gateway.name);
}

const queueIsLate = ({ gateway }: DataPathFacts): boolean => {
  const [oldest, asked] = [gateway?.queueOldestUs ?? null, gateway?.reportedAtUs ?? null];
  return oldest !== null && asked !== null && asked - oldest > WAITS_TOO_LONG_US;
};

function spoolStep(facts: DataPathFacts): PathStep {
  const { gateway, nowUs } = facts;
  if (isSilent(facts) || gateway === null) return unknown('spool', 'GATEWAY_SAYS_NOTHING');
  const { batches, oldestUs } = gateway.spool;
  const detail = `${batches}`;
  if (oldestUs === null || nowUs - oldestUs <= WAITS_TOO_LONG_US) return ok('spool', 'SPOOL_DRAINS', null, batches === 0 ? null : detail);
  // It keeps everything until the platform has stored it: the queue is the cause, not the way there.
  return queueIsLate(facts) ? ok('spool', 'SPOOL_WAITS_FOR_PLATFORM', oldestUs, detail) : broken('spool', 'SPOOL_BACKLOG', oldestUs, detail);
}

function queueStep(facts: DataPathFacts): PathStep {
  if (isSilent(facts)) return unknown('queue', 'GATEWAY_SAYS_NOTHING');
  return queueIsLate(facts) ? broken('queue', 'QUEUE_LATE', facts.gateway?.queueOldestUs ?? null) : ok('queue', 'QUEUE_MOVES');
}

function historianStep({ quarantine, latest }: DataPathFacts): PathStep {
  const { count, newestUs, reason } = quarantine;
  if (count === 0) return ok('historian', 'HISTORIAN_STORES');
  const since = newestUs !== null && (latest === null || newestUs > latest.serverTimeUs);
  const detail = `${count}${reason === null ? '' : `: ${reason}`}`;
  return since ? broken('historian', 'BATCH_QUARANTINED', newestUs, detail) : ok('historian', 'BATCH_QUARANTINED_BEFORE', newestUs, detail);
}

const staleAfterUs = (scanIntervalMs: number): number => Math.max(15_000, 3 * scanIntervalMs) * 1_000;

function valueStep({ latest, tag, connection, nowUs }: DataPathFacts, isExplained: boolean): PathStep {
  if (latest === null) return broken('value', 'VALUE_NEVER_CAME');
  const { sourceTimeUs } = latest;
  const age = nowUs - sourceTimeUs;
  if (tag.retiredAtUs !== null) return ok('value', 'VALUE_KEPT', sourceTimeUs);
  if (age <= staleAfterUs(tag.scanIntervalMs)) return ok('value', 'VALUE_FRESH', sourceTimeUs);
  if (isExplained) return broken('value', 'VALUE_STALE', sourceTimeUs);
  if (connection?.speaksOnChange) return ok('value', 'VALUE_UNCHANGED', sourceTimeUs);
  if (tag.hasDeadband && age <= HEARTBEAT_US + staleAfterUs(tag.scanIntervalMs)) return ok('value', 'VALUE_WITHIN_DEADBAND', sourceTimeUs);
  return broken('value', 'VALUE_STALE', sourceTimeUs);
}
