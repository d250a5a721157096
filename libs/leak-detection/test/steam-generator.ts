const { ceil, cos, exp, floor, imul, log, max, min, round, sin, sqrt } = Math;
const { isNaN } = Number;
/** A made-up steam line with its ground truth: the same seed gives the same line. Shares no code with the detector or the plant simulator. */
export interface MadeLeak {
  readonly xM: number;
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly amplitudeC: number;
  readonly kind: 'abrupt' | 'slow';
}

export interface MadeLine {
  readonly positionsM: readonly number[];
  readonly minutes: readonly Float64Array[];
  readonly pipeC: Float64Array;
  readonly leaks: readonly MadeLeak[];
  readonly bumps: readonly Bump[];
  readonly faults: readonly MadeFault[];
  readonly stops: readonly { readonly from: number; readonly to: number }[];
}

export interface MadeFault {
  readonly kind: string;
  readonly sensor: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

export interface LineOrder {
  readonly seed: number;
  readonly sensors: number;
  readonly days: number;
  readonly leaks: readonly MadeLeak[];
  /** Sensor faults, drafts, doors, hot work and steam stops. */
  readonly disturbances: boolean;
}

const PLUME_M = 1.45;
const SPACING_M = 1.5;

function randomOf(seed: number): { uniform(): number; normal(): number } {
  let a = seed >>> 0;
  const uniform = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = imul(a ^ (a >>> 15), 1 | a);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { uniform, normal: () => sqrt(-2 * log(1 - uniform())) * cos(2 * Math.PI * uniform()) };
}

export interface Bump {
  readonly xM: number;
  readonly widthM: number;
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly peakC: number;
}

export function makeLine(order: LineOrder): MadeLine {
  const random = randomOf(order.seed);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const { sensors } = order;
  const total = order.days * 1440;
  const lengthM = (sensors - 1) * SPACING_M;
  const positionsM = Array.from({ length: sensors }, (_, i) => i * SPACING_M);
  const each = (make: () => number): Float64Array => Float64Array.from({ length: sensors }, make);
  const base = each(() => 2 * random.normal());
  const gain = each(() => 1 + 0.06 * random.normal());
  const load = each(() => 0.06 + 0.015 * random.normal());
  const phases = [between(0, 6), between(0, 6), between(0, 6)];
  const sun = Float64Array.from(
    positionsM,
    (x, i) =>
      max(0, 1 + 0.4 * sin(x / 13 + (phases[0] ?? 0)) + 0.25 * sin(x / 5 + (phases[1] ?? 0)) + 0 * i) +
      0.08 * random.normal(),
  );
  const bumps: Bump[] = [];
  const stops: { from: number; to: number }[] = [];
  const faults: MadeFault[] = [];
  if (order.disturbances) {
    const times = (perDay: number, make: (at: number) => void): void => {
      const count = round(perDay * order.days);
      for (let k = 0; k < count; k++) make(floor(between(0, total)));
    };
    times(8, (at) =>
      bumps.push({
        xM: between(0, lengthM),
        widthM: between(4, 12),
        fromMinute: at,
        toMinute: at + between(10, 70),
        peakC: between(-4, 2),
      }),
    );
    times(6, (at) =>
      bumps.push({
        xM: random.uniform() < 0.5 ? lengthM * 0.2 : lengthM * 0.7,
        widthM: between(2.5, 4),
        fromMinute: at,
        toMinute: at + between(3, 10),
        peakC: between(-5, -2),
      }),
    );
    times(3 / 14, (at) =>
      bumps.push({
        xM: between(0, lengthM),
        widthM: between(1.9, 2.6),
        fromMinute: at,
        toMinute: at + 5,
        peakC: between(3, 6),
      }),
    );
    times(2 / 14, (at) => stops.push({ from: at, to: at + between(180, 300) }));
    const kinds = ['stuck', 'drift', 'bias', 'spike', 'spike', 'spike', 'dropout', 'dropout', 'rail'];
    for (const kind of kinds) {
      const at = floor(between(3000, total));
      const last = kind === 'drift' || kind === 'bias' ? total : at + between(200, 1300);
      faults.push({
        kind,
        sensor: floor(between(0, sensors)),
        from: at,
        to: last,
        size: between(2, 6) * (random.uniform() < 0.5 ? -1 : 1),
      });
    }
  }
  const noise = new Float64Array(sensors);
  const held = new Float64Array(sensors).fill(NaN);
  const pipeC = new Float64Array(total);
  let weather = 0;
  let cloud = 0;
  let pipeNoise = 0;
  let cold = 0;
  const flicker = order.leaks.map(() => 0);
  const minutes: Float64Array[] = [];
  for (let minute = 0; minute < total; minute++) {
    const day = (minute % 1440) / 1440;
    weather += -weather / 2880 + 0.09 * random.normal();
    cloud += -cloud / 90 + 0.1 * random.normal();
    pipeNoise = 0.5 * pipeNoise + 0.8 * random.normal();
    cold += ((stops.some((stop) => stop.from <= minute && minute < stop.to) ? 60 : 0) - cold) / 45;
    const ambient = 27 + weather + 5 * sin(2 * Math.PI * (day - 0.35));
    const light = max(0, sin(2 * Math.PI * (day - 0.25))) * 7 * max(0, min(1.2, 0.8 + 0.35 * cloud));
    pipeC[minute] = round((180 - cold + pipeNoise) * 10) / 10;
    const extra = new Float64Array(sensors);
    const warm = (xM: number, widthM: number, peakC: number): void => {
      for (let i = max(0, ceil((xM - 4 * widthM) / SPACING_M)); i < sensors && i * SPACING_M < xM + 4 * widthM; i++)
        extra[i] = (extra[i] ?? 0) + peakC * exp(-0.5 * ((i * SPACING_M - xM) / widthM) ** 2);
    };
    for (const bump of bumps)
      if (bump.fromMinute <= minute && minute < bump.toMinute) warm(bump.xM, bump.widthM, bump.peakC);
    for (const [k, leak] of order.leaks.entries()) {
      if (minute < leak.fromMinute || minute >= leak.toMinute) continue;
      flicker[k] = 0.9 * (flicker[k] ?? 0) + 0.13 * random.normal();
      const age = minute - leak.fromMinute;
      const growth = leak.kind === 'slow' ? min(1, age / 1440) : 1 - exp(-(age + 1) / 3);
      warm(leak.xM, PLUME_M, leak.amplitudeC * growth * exp(flicker[k] ?? 0) * (1 - cold / 60));
    }
    const values = new Float64Array(sensors);
    for (let i = 0; i < sensors; i++) {
      noise[i] = 0.5 * (noise[i] ?? 0) + 0.35 * random.normal();
      const value =
        (base[i] ?? 0) +
        (gain[i] ?? 1) * ambient +
        (sun[i] ?? 0) * light -
        (load[i] ?? 0) * cold +
        (extra[i] ?? 0) +
        (noise[i] ?? 0);
      values[i] = round(value * 10) / 10;
    }
    for (const fault of faults) {
      if (minute < fault.from || minute >= fault.to) continue;
      const i = fault.sensor;
      const value = values[i] ?? NaN;
      if (fault.kind === 'stuck') values[i] = held[i] = isNaN(held[i] ?? NaN) ? value : (held[i] ?? NaN);
      if (fault.kind === 'drift')
        values[i] = round((value + (fault.size * min(4320, minute - fault.from)) / 4320) * 10) / 10;
      if (fault.kind === 'bias') values[i] = round((value + fault.size) * 10) / 10;
      if (fault.kind === 'spike' && random.uniform() < 0.02) values[i] = value + 15;
      if (fault.kind === 'dropout') values[i] = NaN;
      if (fault.kind === 'rail') values[i] = 850;
    }
    minutes.push(values);
  }
  return { positionsM, minutes, pipeC, leaks: order.leaks, bumps, faults, stops };
}

/** The five leaks of the design's table at places that depend on the seed. */
export function fiveLeaks(seed: number): readonly MadeLeak[] {
  const random = randomOf(seed * 7919 + 1);
  const place = (section: number): number => 4 + section * 17 + random.uniform() * 9;
  const order = [0, 1, 2, 3, 4].sort(() => random.uniform() - 0.5);
  const at = (k: number, amplitudeC: number, kind: 'abrupt' | 'slow', hours: number): MadeLeak => {
    const fromMinute = floor(5760 + k * 2700 + random.uniform() * 700);
    return { xM: place(order[k] ?? 0), fromMinute, toMinute: fromMinute + hours * 60, amplitudeC, kind };
  };
  return [
    at(0, 3, 'abrupt', 24),
    at(1, 6, 'abrupt', 24),
    at(2, 12, 'abrupt', 24),
    at(3, 25, 'abrupt', 24),
    at(4, 8, 'slow', 48),
  ];
}
