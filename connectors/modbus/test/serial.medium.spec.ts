import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, pause, RecordingHost } from '@telltale/connector-sdk/testing';
import { isGood, Status } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { SERIAL_MEANS } from './serial-pair.js';
import { SimulatedDevice } from './simulated-device.js';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newDevice(): Promise<SimulatedDevice> {
  const device = await new SimulatedDevice((unit, _table, address) => unit * 100 + address, 'rtu').start();
  ends.push(() => device.stop());
  return device;
}

function connectorAt(device: SimulatedDevice, serial: object = {}, more: object = {}) {
  const host = new RecordingHost();
  const path = device.pair.master;
  const connector = modbusConnector.create(modbusConnector.parseSettings({ transport: 'rtu', serial: { path, baudRate: 115_200, ...serial }, requestTimeoutMs: 200, ...more }), host);
  ends.push(async () => {
    await connector.close();
    host.dispose();
  });
  return { connector, host };
}

const tag = (unit: number, register: number): ModbusTag => ({
  tagId: unit * 1000 + register,
  tagPath: `unit-${unit}/${register}`,
  scanIntervalMs: 100,
  address: modbusConnector.parseAddress({ unit, table: 'holding', register }),
});
const slaves = [1, 2, 3].flatMap((unit) => [tag(unit, 5), tag(unit, 40)]);

(SERIAL_MEANS ? describe : describe.skip)('a serial port (RTU)', () => {
  it('reads several slaves on one line, and keeps 3.5 characters of silence before each request', async () => {
    const device = await newDevice();
    // 1200 bit/s, even parity: a character lasts 9.2 ms, the silence 32 ms.
    const { connector } = connectorAt(device, { baudRate: 1_200 });
    await connector.setTags(slaves);
    await connector.open();
    for (let round = 0; round < 2; round++) {
      const seen = (await connector.poll?.(slaves)) ?? [];
      expect(seen).toEqual(slaves.map(({ tagId, address }) => ({ tagId, value: address.unit * 100 + address.register, status: Status.Good })));
    }
    expect(device.requests.length).toBe(12);
    expect(device.collisions).toBe(0);
    expect(device.shortestSilenceMs).toBeGreaterThanOrEqual(32);
  });

  it('allows an answer the time that its bytes take on the wire', async () => {
    const device = await newDevice();
    device.byteMs = 1;
    const block = Array.from({ length: 120 }, (_none, register) => tag(1, register));
    // 253 bytes at 9600 bit/s last 290 ms: more than the unit may think.
    const { connector } = connectorAt(device, { baudRate: 9_600 }, { requestTimeoutMs: 100 });
    await connector.setTags(block);
    await connector.open();
    expect((await connector.poll?.(block))?.every(({ status }) => isGood(status))).toBe(true);
  });

  it('takes off the echo of a two-wire adapter', async () => {
    const device = await newDevice();
    device.echoes = true;
    const { connector } = connectorAt(device, { echo: true });
    await connector.setTags(slaves);
    await connector.open();
    expect((await connector.poll?.(slaves))?.every(({ status }) => isGood(status))).toBe(true);
    device.deadUnits.add(2);
    const seen = await connector.poll?.(slaves);
    expect(seen?.filter(({ status }) => status === Status.BadTimeout).map(({ tagId }) => tagId)).toEqual([2005, 2040]);
  });

  it('says that the adapter echoes when nobody said so', async () => {
    const device = await newDevice();
    device.echoes = true;
    const { connector, host } = connectorAt(device, {}, { requestTimeoutMs: 40 });
    await connector.setTags(slaves);
    await connector.open();
    for (let round = 0; round < 4; round++) for (const { status } of (await connector.poll?.(slaves)) ?? []) expect(isGood(status)).toBe(false);
    expect(host.states).toContainEqual({ kind: 'degraded', code: 'modbus.framing-error', reason: expect.stringContaining('set "serial.echo"') });
  });

  it('refuses a second master on the same port', async () => {
    const device = await newDevice();
    const first = connectorAt(device);
    const second = connectorAt(device);
    await first.connector.open();
    await expect(second.connector.open()).rejects.toThrow(/another master uses this serial port/);
    expect(await second.connector.probe()).toMatchObject({ ok: false });
    await first.connector.close();
    await second.connector.open();
    expect(await second.connector.probe()).toMatchObject({ ok: true });
  });

  it('heals when the adapter is pulled out and plugged in again, and says why there is nothing meanwhile', async () => {
    const device = await newDevice();
    const { connector, host } = connectorAt(device);
    await connector.setTags(slaves);
    await connector.open();
    const { pair } = device;
    await pair.unplug();
    await eventually('the port is reported gone', 3_000, () => host.states.some((state) => state.kind === 'disconnected'));
    expect((await connector.poll?.(slaves))?.map(({ status }) => status)).toEqual(slaves.map(() => Status.BadNotConnected));
    await pair.plugIn();
    await device.joinCable(pair);
    for (let i = 0; i < 100; i++) {
      const seen = (await connector.poll?.(slaves)) ?? [];
      if (seen.every(({ status }) => isGood(status))) return;
      await pause(50);
    }
    throw new Error('no value after the adapter was plugged in again');
  });

  it('names a port that is not there', async () => {
    const host = new RecordingHost();
    const connector = modbusConnector.create(modbusConnector.parseSettings({ transport: 'rtu', serial: { path: '/dev/telltale-no-such-port' } }), host);
    await expect(connector.open()).rejects.toMatchObject({ kind: 'temporary', code: 'modbus.port-missing' });
    await connector.close();
    host.dispose();
  });

  it('takes no answer that comes after more than the time-out and the rest for the next one', async () => {
    let epoch = 0;
    const device = await new SimulatedDevice((_unit, _table, address) => epoch * 100 + address, 'rtu').start();
    ends.push(() => device.stop());
    const { connector } = connectorAt(device, {}, { requestTimeoutMs: 80 });
    const tags = [tag(1, 5), tag(1, 6), tag(1, 7)];
    await connector.open();
    for (epoch = 1; epoch <= 12; epoch++) {
      // Every third answer comes two and a half time-outs late: after the rest, while the next request waits.
      device.thinksMs.set(1, epoch % 3 === 1 ? 200 : 0);
      for (const { tagId, value, status } of (await connector.poll?.(tags)) ?? []) {
        if (isGood(status)) expect(value).toBe(epoch * 100 + tagId - 1_000);
        else expect(value).toBeNaN();
      }
    }
    device.thinksMs.clear();
    await pause(400);
    epoch = 50;
    let good = false;
    for (let i = 0; i < 3 && !good; i++) good = (await connector.poll?.(tags))?.every(({ status, value, tagId }) => isGood(status) && value === 5_000 + tagId - 1_000) === true;
    expect(good).toBe(true);
  });

  it('never asks all units at once', async () => {
    const device = await newDevice();
    const { connector } = connectorAt(device);
    await connector.open();
    expect(await connector.poll?.([tag(0, 1)])).toEqual([{ tagId: 1, value: Number.NaN, status: Status.BadConfigurationError }]);
    expect(device.requests).toEqual([]);
  });
});
