import { float32Words, highWord, lowWord, type ModbusTable, type ModbusUnit } from '../modbus/register-image.js';
import { AIR_FLOW_REGISTER, AIR_METER_UNIT, LINE_REGISTERS, PUNE_LINES } from '../layout/pune.layout.js';
import type { RegisterImage } from '../modbus/register-image.js';
import type { ProductionPlant } from './production-plant.js';
import { LineState } from './line-state.js';

/** A line's controller: counters in holding registers from 100, low word first; coil and discrete input 0 = running. */
class LineUnit implements ModbusUnit {
  constructor(
    private readonly plant: ProductionPlant,
    private readonly slug: string,
  ) {}

  read(table: ModbusTable, address: number): number | undefined {
    if (table === 'coil' || table === 'discrete') return address === 0 ? Number(this.running) : undefined;
    if (table !== 'holding') return undefined;
    const { good, reject, energy, material } = this.plant.registers(this.slug);
    for (const [first, value] of [
      [LINE_REGISTERS.good, good],
      [LINE_REGISTERS.reject, reject],
      [LINE_REGISTERS.energy, energy],
      [LINE_REGISTERS.material, material],
    ] as const) {
      if (address === first) return lowWord(value);
      if (address === first + 1) return highWord(value);
    }
    return undefined;
  }

  private get running(): boolean {
    return this.plant.lineNamed(this.slug).line.current()?.state === LineState.Running;
  }
}

/** The flow meter: one float32 in input registers, high word first. */
class AirMeterUnit implements ModbusUnit {
  constructor(private readonly plant: ProductionPlant) {}

  read(table: ModbusTable, address: number): number | undefined {
    if (table !== 'input' || address < AIR_FLOW_REGISTER) return undefined;
    return float32Words(this.plant.airFlowNm3h)[address - AIR_FLOW_REGISTER];
  }
}

export const puneRegisters = (plant: ProductionPlant): RegisterImage =>
  new Map<number, ModbusUnit>([...PUNE_LINES.map((line) => [line.unit, new LineUnit(plant, line.slug)] as const), [AIR_METER_UNIT, new AirMeterUnit(plant)]]);
