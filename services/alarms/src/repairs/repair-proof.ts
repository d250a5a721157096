import { judgeRepair } from '@telltale/alarm-lifecycle';
import { DEFAULT_PARAMETERS } from '@telltale/leak-detection';
import type { Detection, RepairEvidence } from '@telltale/plant-registry';

/** A leak is followed within 3 m of where it was first seen; two detections of it are no farther apart. */
const SAME_PLACE_M = 3;
const HOUR_MS = 3_600_000;
/** A detection is closed after its signature was gone for so long. */
const QUIET_BEFORE_CLOSING_MS = DEFAULT_PARAMETERS.closeMinutes * 60_000;

type Located = Pick<Detection, 'subjectId' | 'positionM' | 'positionPlusMinusM'>;

/** Do both speak of the same spot of the same pipe, given how well each is located? */
export function isSamePlace(one: Located, other: Located): boolean {
  if (one.subjectId !== other.subjectId || one.positionM === null || other.positionM === null) return false;
  const uncertainM = (one.positionPlusMinusM ?? 0) + (other.positionPlusMinusM ?? 0);
  return Math.abs(one.positionM - other.positionM) <= Math.max(SAME_PLACE_M, uncertainM);
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When nothing can be concluded: the load is not comparable (transient), nothing comes in, or the nearest sensor is in doubt. */
function blindSpans({ own, disturbances, sensorPositionsM }: RepairEvidence, watched: Span): Span[] {
  const place = own.positionM ?? NaN;
  const nearestM = sensorPositionsM.toSorted((a, b) => Math.abs(a - place) - Math.abs(b - place))[0] ?? NaN;
  return disturbances
    .filter(
      ({ insight, positionM }) =>
        insight === 'segment-transient' || positionM === null || Math.abs(positionM - nearestM) < 0.01,
    )
    .map(({ onsetAt, closedAt }) => ({
      fromMs: Math.max(watched.fromMs, onsetAt.getTime()),
      toMs: Math.min(watched.toMs, closedAt?.getTime() ?? Infinity),
    }))
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

function lengthOf(spans: readonly Span[]): number {
  let total = 0;
  let untilMs = -Infinity;
  for (const { fromMs, toMs } of spans) {
    total += Math.max(0, toMs - Math.max(fromMs, untilMs));
    untilMs = Math.max(untilMs, toMs);
  }
  return total;
}

/** The last moment at which this leak was seen for certain. */
function seenUntil({ state, closedAt }: Detection, watched: Span, blind: readonly Span[]): number {
  if (state === 'closed') return (closedAt?.getTime() ?? -Infinity) - QUIET_BEFORE_CLOSING_MS;
  // While nothing can be concluded an open detection says only that it was there before.
  let untilMs = watched.toMs;
  for (const { fromMs, toMs } of blind.toReversed()) if (toMs >= untilMs) untilMs = Math.min(untilMs, fromMs);
  return untilMs;
}

export interface RepairVerdict {
  readonly kind: 'verify' | 'reopen';
  /** One sentence with the numbers. */
  readonly sentence: string;
}

const hours = (ms: number): string => `${(ms / HOUR_MS).toFixed(1)} h`;
const placeOf = ({ positionM }: Detection): string => (positionM === null ? '' : ` at ${positionM.toFixed(1)} m`);

/** What the measurements since the repair say; `null` while they say too little. */
export function proveRepair(evidence: RepairEvidence, repairedAt: Date, proofHours: number): RepairVerdict | null {
  const { own, leaks, watchedUntil } = evidence;
  const watched = { fromMs: repairedAt.getTime(), toMs: watchedUntil?.getTime() ?? -Infinity };
  if (watched.toMs <= watched.fromMs) return null;
  const blind = blindSpans(evidence, watched);
  const watchedMs = watched.toMs - watched.fromMs;
  const comparableMs = watchedMs - lengthOf(blind);
  const here = leaks.filter((leak) => isSamePlace(leak, own));
  const seenUntilMs = Math.max(-Infinity, ...here.map((leak) => seenUntil(leak, watched, blind)));
  const kind = judgeRepair(
    {
      nowUs: watched.toMs * 1000,
      repairedAtUs: watched.fromMs * 1000,
      signatureSeenAtUs: seenUntilMs > watched.fromMs ? seenUntilMs * 1000 : null,
      comparableLoadHours: comparableMs / HOUR_MS,
    },
    proofHours,
  );
  if (kind === 'wait') return null;
  if (kind === 'reopen') {
    const excess = own.excessC === null ? '' : `, ${own.excessC.toFixed(1)} °C above what is expected`;
    const sentence = `The leak${placeOf(own)} was still seen ${hours(seenUntilMs - watched.fromMs)} after the repair was reported${excess}.`;
    return { kind, sentence };
  }
  const left =
    blind.length === 0 ? '' : `; ${hours(watchedMs - comparableMs)} with another load or without data are not counted`;
  return {
    kind,
    sentence: `No sign of the leak${placeOf(own)} in ${hours(comparableMs)} of comparable load since the repair${left}.`,
  };
}

/** Why a repaired leak is open again: it was detected anew. */
export function backAgain(detection: Detection, repairedAt: Date): string {
  const after = hours(detection.onsetAt.getTime() - repairedAt.getTime());
  const excess = detection.excessC === null ? 'warmer than' : `${detection.excessC.toFixed(1)} °C above what is`;
  return `The leak came back ${after} after the repair: since ${detection.onsetAt.toISOString().slice(0, 16).replace('T', ' ')} UTC the air${placeOf(detection)} is ${excess} expected.`;
}
