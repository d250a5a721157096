/** A value's place in one table of one unit. */
export interface Span {
  readonly first: number;
  readonly count: number;
}

export interface ReadLimits {
  /** Addresses in one request: 125 registers or 2 000 bits (Modbus Application Protocol V1.1b3 §6). */
  readonly maxCount: number;
  /** Unneeded addresses that may lie between two values of a request. */
  readonly maxGap: number;
  /** Closed ranges [from, to] that must not be touched between two values. */
  readonly illegal: readonly { readonly from: number; readonly to: number }[];
}

export interface PlannedRead<S extends Span> extends Span {
  readonly spans: readonly S[];
}

const endOf = (span: Span): number => span.first + span.count;

function touches(from: number, end: number, { illegal }: ReadLimits): boolean {
  return illegal.some((range) => range.from < end && range.to >= from);
}

/**
 * The fewest legal requests that bring all spans: from the lowest address on, each request takes every span that still fits.
 * A span that is itself illegal or longer than a request is read alone, so that it fails alone.
 */
export function planReads<S extends Span>(spans: readonly S[], limits: ReadLimits): readonly PlannedRead<S>[] {
  const alone = (span: S): boolean => span.count > limits.maxCount || touches(span.first, endOf(span), limits);
  const plan: PlannedRead<S>[] = spans.filter(alone).map((span) => ({ first: span.first, count: span.count, spans: [span] }));
  let waiting = spans.filter((span) => !alone(span)).sort((a, b) => a.first - b.first || a.count - b.count);
  while (waiting.length > 0) {
    const taken: S[] = [];
    const left: S[] = [];
    const first = waiting[0]?.first ?? 0;
    let end = first;
    let closed = false;
    for (const span of waiting) {
      // Nothing behind a hole can be reached any more.
      closed ||= span.first > end && (span.first - end > limits.maxGap || touches(end, span.first, limits));
      if (closed || endOf(span) - first > limits.maxCount) left.push(span);
      else {
        taken.push(span);
        end = Math.max(end, endOf(span));
      }
    }
    plan.push({ first, count: end - first, spans: taken });
    waiting = left;
  }
  return plan;
}
