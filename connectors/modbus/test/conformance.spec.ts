import { describe, test } from '@jest/globals';
import { describeConnector, type ConformanceDevice } from '@telltale/connector-sdk/testing';
import { modbusConnector } from '../src/index.js';
import { SimulatedDevice } from './simulated-device.js';

const FLOAT_NAN = [0x7fc0, 0x0000];

async function startDevice(): Promise<ConformanceDevice> {
  // Tag 1 is a float32 in registers 0 and 1, the others are words from 10 on.
  const words = new Map<number, number>([0, 1, 10, 11, 12].map((register) => [register, 0]));
  const device = await new SimulatedDevice((_unit, table, address) => (table === 'holding' ? words.get(address) : undefined)).start();
  return {
    settings: { host: '127.0.0.1', port: device.port, requestTimeoutMs: 300 },
    addresses: [{ table: 'holding', register: 0, type: 'float32' }, { table: 'holding', register: 10 }, { table: 'holding', register: 12 }],
    missingAddress: { table: 'holding', register: 11_111 },
    set: (index, value) => {
      if (index > 0) return void words.set(index === 1 ? 10 : 12, value);
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      words.set(0, bytes.readUInt16BE(0)).set(1, bytes.readUInt16BE(2));
    },
    setNotANumber: () => void words.set(0, FLOAT_NAN[0] ?? 0).set(1, FLOAT_NAN[1] ?? 0),
    stop: () => device.stop(),
    start: async () => void (await device.start()),
    openConnections: () => device.connections,
    dispose: () => device.stop(),
  };
}

describeConnector(
  {
    name: 'Modbus',
    factory: modbusConnector,
    invalidSettings: [
      { name: 'nothing', raw: {} },
      { name: 'a port beyond the last', raw: { host: 'plc', port: 70_000 } },
      { name: 'an unknown transport', raw: { host: 'plc', transport: 'udp' } },
      { name: 'no object', raw: 'plc:502' },
    ],
    invalidAddresses: [
      { name: 'nothing', raw: {} },
      { name: 'an unknown type', raw: { table: 'holding', register: 1, type: 'string' } },
      { name: 'a negative register', raw: { table: 'input', register: -1 } },
    ],
    deadSettings: { host: '127.0.0.1', port: 1, connectTimeoutMs: 500 },
    startDevice,
  },
  { describe, test },
);
