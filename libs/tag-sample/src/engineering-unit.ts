/** Kinds of quantity the platform computes with. Values keep the unit they came in; conversion is for display and formulas. */
export type Quantity =
  | 'temperature'
  | 'temperature-difference'
  | 'pressure'
  | 'mass-flow'
  | 'volume-flow'
  | 'mass'
  | 'energy'
  | 'power'
  | 'length'
  | 'speed'
  | 'time'
  | 'ratio'
  | 'count'
  | 'rate';

export interface EngineeringUnit {
  readonly symbol: string;
  readonly quantity: Quantity;
  /** base = value × factor + offset, base being the SI unit of the quantity. */
  readonly factor: number;
  readonly offset: number;
}

const unit = (symbol: string, quantity: Quantity, factor: number, offset = 0): EngineeringUnit => ({
  symbol,
  quantity,
  factor,
  offset,
});

const UNITS: readonly EngineeringUnit[] = [
  unit('°C', 'temperature', 1, 273.15),
  unit('K', 'temperature', 1),
  unit('°F', 'temperature', 5 / 9, 273.15 - (32 * 5) / 9),
  unit('ΔK', 'temperature-difference', 1),
  unit('Pa', 'pressure', 1),
  unit('kPa', 'pressure', 1_000),
  unit('bar', 'pressure', 100_000),
  unit('mbar', 'pressure', 100),
  unit('psi', 'pressure', 6_894.757293168),
  unit('kg/s', 'mass-flow', 1),
  unit('kg/h', 'mass-flow', 1 / 3_600),
  unit('t/h', 'mass-flow', 1_000 / 3_600),
  unit('m³/s', 'volume-flow', 1),
  unit('m³/h', 'volume-flow', 1 / 3_600),
  unit('Nm³/h', 'volume-flow', 1 / 3_600),
  unit('l/min', 'volume-flow', 1 / 60_000),
  unit('kg', 'mass', 1),
  unit('g', 'mass', 0.001),
  unit('t', 'mass', 1_000),
  unit('J', 'energy', 1),
  unit('kWh', 'energy', 3_600_000),
  unit('MWh', 'energy', 3_600_000_000),
  unit('W', 'power', 1),
  unit('kW', 'power', 1_000),
  unit('m', 'length', 1),
  unit('mm', 'length', 0.001),
  unit('m/s', 'speed', 1),
  unit('m/min', 'speed', 1 / 60),
  unit('s', 'time', 1),
  unit('min', 'time', 60),
  unit('h', 'time', 3_600),
  unit('%', 'ratio', 0.01),
  unit('1', 'ratio', 1),
  unit('pcs', 'count', 1),
  unit('pcs/min', 'rate', 1 / 60),
  unit('1/min', 'rate', 1 / 60),
];

const bySymbol = new Map(UNITS.map((entry) => [entry.symbol, entry]));

/** Undefined for a unit the platform does not know: its values are shown as they are. */
export const engineeringUnit = (symbol: string): EngineeringUnit | undefined => bySymbol.get(symbol);

/** Undefined when the units measure different quantities. */
export function convert(value: number, from: EngineeringUnit, to: EngineeringUnit): number | undefined {
  if (from.quantity !== to.quantity) return undefined;
  return from === to ? value : (value * from.factor + from.offset - to.offset) / to.factor;
}
