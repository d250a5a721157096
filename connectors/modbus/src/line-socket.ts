import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectorHost } from '@telltale/connector-sdk';
import { connectError } from './modbus.errors.js';
import type { ModbusSettings } from './modbus.settings.js';

const KEEP_ALIVE_MS = 15_000;

export const lineName = ({ transport, host, port }: ModbusSettings): string => `Modbus ${transport} ${host}:${port}`;

function dial(settings: ModbusSettings, host: ConnectorHost): { readonly socket: Socket; readonly ready: 'connect' | 'secureConnect' } {
  if (settings.tls === undefined) return { socket: connectTcp({ host: settings.host, port: settings.port }), ready: 'connect' };
  // Modbus/TCP Security v21 §5: TLS 1.2 or newer, both sides show a certificate.
  const socket = connectTls({
    host: settings.host,
    port: settings.port,
    servername: settings.tls.serverName ?? settings.host,
    ca: settings.tls.caPem,
    cert: settings.tls.certificatePem,
    key: host.secret(settings.tls.privateKeySecret),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  return { socket, ready: 'secureConnect' };
}

/** Resolves with a connected socket; rejects with a ConnectorError. `onDial` hands out the socket before it is connected, to end it early. */
export function openSocket(settings: ModbusSettings, host: ConnectorHost, onDial: (socket: Socket) => void): Promise<Socket> {
  const { socket, ready } = dial(settings, host);
  onDial(socket);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(connectError(lineName(settings), cause));
    };
    const timer = setTimeout(() => fail(new Error(`no connection within ${settings.connectTimeoutMs} ms`)), settings.connectTimeoutMs);
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed while connecting')));
    socket.once(ready, () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').removeAllListeners('close');
      socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socket);
    });
  });
}
