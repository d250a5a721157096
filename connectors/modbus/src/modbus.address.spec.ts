import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '@telltale/connector-sdk';
import { modbusConnector } from './index.js';

describe('parseAddress', () => {
  it('fills the defaults', () => {
    expect(modbusConnector.parseAddress({ table: 'holding', register: 100 })).toEqual({ unit: 1, table: 'holding', register: 100, type: 'uint16', order: 'ABCD', scale: 1, offset: 0 });
    expect(modbusConnector.parseAddress({ table: 'coil', register: 3 })).toMatchObject({ type: 'bit' });
  });

  it.each([
    ['no table', { register: 1 }],
    ['a register beyond the table', { table: 'holding', register: 65_536 }],
    ['a value that reaches beyond the table', { table: 'holding', register: 65_535, type: 'uint32' }],
    ['a text', { table: 'holding', register: 1, type: 'string' }],
    ['a number in a coil', { table: 'coil', register: 1, type: 'uint16' }],
    ['a bit without its number', { table: 'holding', register: 1, type: 'bit' }],
    ['a bit number without type bit', { table: 'holding', register: 1, bit: 3 }],
    ['a scale of 0', { table: 'holding', register: 1, scale: 0 }],
    ['an unknown field', { table: 'holding', register: 1, write: true }],
    ['a unit that does not exist', { table: 'holding', register: 1, unit: 256 }],
  ])('refuses %s in one sentence', (_what, raw) => {
    expect(() => modbusConnector.parseAddress(raw)).toThrow(ConfigurationError);
    expect(() => modbusConnector.parseAddress(raw)).toThrow(/^Modbus address: [^\n]+\. Correct the entry/);
  });
});

describe('parseSettings', () => {
  it('knows the port of each transport', () => {
    expect(modbusConnector.parseSettings({ host: 'plc' })).toMatchObject({ transport: 'tcp', link: { host: 'plc', port: 502 } });
    const tls = { caPem: 'BEGIN CERTIFICATE', certificatePem: 'BEGIN CERTIFICATE', privateKeySecret: 'k' };
    expect(modbusConnector.parseSettings({ host: 'plc', transport: 'tls', tls })).toMatchObject({ link: { port: 802, tls } });
  });

  it('gives a serial port the settings of the standard: 19200 bit/s, even parity, one stop bit', () => {
    expect(modbusConnector.parseSettings({ transport: 'rtu', serial: { path: '/dev/ttyUSB0' } })).toMatchObject({
      link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 19_200, parity: 'even', stopBits: 1, echo: false },
    });
  });

  it.each([
    ['no host', {}],
    ['TLS without certificates', { host: 'plc', transport: 'tls' }],
    ['certificates without TLS', { host: 'plc', tls: { caPem: 'BEGIN CERTIFICATE', certificatePem: 'BEGIN CERTIFICATE', privateKeySecret: 'k' } }],
    ['a serial line without its port', { transport: 'rtu' }],
    ['a serial line with a host', { transport: 'rtu', host: 'plc', serial: { path: '/dev/ttyUSB0' } }],
    ['a serial port beside a host', { host: 'plc', serial: { path: '/dev/ttyUSB0' } }],
    ['three stop bits', { transport: 'rtu', serial: { path: '/dev/ttyUSB0', stopBits: 3 } }],
    ['126 registers', { host: 'plc', maxRegistersPerRequest: 126 }],
    ['an illegal range that ends before it begins', { host: 'plc', illegalRanges: [{ table: 'holding', from: 5, to: 4 }] }],
  ])('refuses %s', (_what, raw) => {
    expect(() => modbusConnector.parseSettings(raw)).toThrow(ConfigurationError);
  });
});
