const { exp, max, min, sqrt } = Math;
const { isNaN } = Number;
/** A warm plume on the pipe: excess(x) = amplitude · exp(−½((x − place)/width)²). */
export interface Plume {
  readonly placeM: number;
  readonly plusMinusM: number;
  /** Excess at the place itself, °C. */
  readonly amplitudeC: number;
  readonly widthM: number;
}

const WIDTHS_M = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 3];

/** Least-squares plume over the sensors at `xM` with the excesses `dC` (NaN = unknown) and spreads `sC`. `null` when nothing is warm. */
export function fitPlume(
  xM: readonly number[],
  dC: readonly number[],
  sC: readonly number[],
  spacingM: number,
): Plume | null {
  const known = xM.flatMap((x, i) => {
    const d = dC[i] ?? NaN;
    return isNaN(d) ? [] : [{ x, d, s: max(0.2, sC[i] ?? 0.2) }];
  });
  const warmest = known.reduce((best, point) => (point.d > best.d ? point : best), { x: 0, d: 0, s: 1 });
  if (warmest.d <= 0) return null;
  let best: Plume & { error: number } = {
    placeM: warmest.x,
    plusMinusM: spacingM,
    amplitudeC: warmest.d,
    widthM: 1.6,
    error: Infinity,
  };
  for (const base of WIDTHS_M) {
    const width = base * max(1, spacingM / 1.5);
    for (let place = warmest.x - spacingM; place <= warmest.x + spacingM + 1e-9; place += spacingM / 30) {
      let gd = 0;
      let gg = 0;
      for (const { x, d } of known) {
        const g = exp(-0.5 * ((x - place) / width) ** 2);
        gd += g * d;
        gg += g * g;
      }
      const amplitude = gd / max(gg, 1e-9);
      let error = 0;
      for (const { x, d, s } of known) {
        // The noise of a warm plume grows with the plume: turbulence is a share of the excess.
        const noise2 = s * s + (0.15 * d) ** 2;
        error += (d - amplitude * exp(-0.5 * ((x - place) / width) ** 2)) ** 2 / noise2;
      }
      if (amplitude > 0 && amplitude < 1.25 * warmest.d && error < best.error)
        best = { placeM: place, plusMinusM: spacingM, amplitudeC: amplitude, widthM: width, error };
    }
  }
  let information = 0;
  for (const { x, d, s } of known) {
    const g = exp(-0.5 * ((x - best.placeM) / best.widthM) ** 2);
    const slope = (best.amplitudeC * g * (x - best.placeM)) / best.widthM ** 2;
    information += slope ** 2 / (s * s + (0.15 * d) ** 2);
  }
  const sigma = information > 0 ? 1 / sqrt(information) : spacingM;
  return {
    placeM: best.placeM,
    plusMinusM: min(3 * spacingM, max(0.2 * spacingM, 2 * sigma)),
    amplitudeC: best.amplitudeC,
    widthM: best.widthM,
  };
}
