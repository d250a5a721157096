import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import { Status } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import { SimulatedDevice } from './simulated-device.js';

function openssl(...args: string[]): boolean {
  try {
    execFileSync('openssl', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const available = openssl('version');
if (!available) process.stderr.write('SKIPPED Modbus over TLS: the openssl program is not installed.\n');

interface Papers {
  readonly certificate: string;
  readonly key: string;
}

/** An authority with certificates for both sides, in a throw-away folder. */
function authority(folder: string): { readonly ca: string; issue(name: string): Papers } {
  const file = (name: string): string => join(folder, name);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=plant authority', '-days', '2');
  writeFileSync(file('names'), 'subjectAltName=DNS:plc.plant,IP:127.0.0.1\n');
  return {
    ca: readFileSync(file('ca.pem'), 'utf8'),
    issue: (name) => {
      openssl('req', ...ec, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`);
      openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file(`${name}.pem`), '-days', '2', '-extfile', file('names'));
      return { certificate: readFileSync(file(`${name}.pem`), 'utf8'), key: readFileSync(file(`${name}.key`), 'utf8') };
    },
  };
}

(available ? describe : describe.skip)('Modbus/TCP Security', () => {
  it('reads when both certificates are right, and not when the device has one of another authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-modbus-tls-'));
    const device = await new SimulatedDevice((_unit, _table, address) => address * 2).start();
    const plant = authority(mkdtempSync(join(folder, 'a-')));
    const strange = authority(mkdtempSync(join(folder, 'b-')));
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
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
