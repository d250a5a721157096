import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import { Status } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import { OPENSSL, plantAuthority, type Papers } from './plant-authority.js';
import { SimulatedDevice } from './simulated-device.js';

(OPENSSL ? describe : describe.skip)('Modbus/TCP Security', () => {
  it('reads when both certificates are right, and not when the device has one of another authority', async () => {
    const device = await new SimulatedDevice((_unit, _table, address) => address * 2).start();
    const plant = plantAuthority();
    const strange = plantAuthority();
    const gateway = plant.issue('gateway');
    const read = async (server: Papers, clientCa: string): Promise<unknown> => {
      // The device's security front: TLS outside, the plain device behind it.
      const front = createServer({ cert: server.certificate, key: server.key, ca: clientCa, requestCert: true, rejectUnauthorized: true }, (socket) => {
        const behind = connect(device.port, '127.0.0.1');
        socket.on('error', () => behind.destroy());
        behind.on('error', () => socket.destroy());
        socket.pipe(behind).pipe(socket);
      });
      await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
      const { port } = front.address() as AddressInfo;
      const host = new RecordingHost({ 'gateway-key': gateway.key });
      const tls = { caPem: plant.ca, certificatePem: gateway.certificate, privateKeySecret: 'gateway-key', serverName: 'plc.plant' };
      const connector = modbusConnector.create(modbusConnector.parseSettings({ host: '127.0.0.1', port, transport: 'tls', tls, requestTimeoutMs: 300 }), host);
      const address = modbusConnector.parseAddress({ table: 'holding', register: 21 });
      try {
        await connector.open();
        return await connector.poll?.([{ tagId: 1, tagPath: 'tag', scanIntervalMs: 1_000, address }]);
      } catch (error) {
        return error instanceof Error ? error.message : error;
      } finally {
        await connector.close();
        front.close();
        host.dispose();
      }
    };
    try {
      expect(await read(plant.issue('plc'), plant.ca)).toEqual([{ tagId: 1, value: 42, status: Status.Good }]);
      expect(await read(strange.issue('plc'), plant.ca)).toMatch(/secure connection was refused/);
      // The device does not know the gateway's authority: no value, in whatever phase it says so.
      expect(await read(plant.issue('plc2'), strange.ca)).not.toEqual([{ tagId: 1, value: 42, status: Status.Good }]);
    } finally {
      await device.stop();
      plant.dispose();
      strange.dispose();
    }
  });
});
