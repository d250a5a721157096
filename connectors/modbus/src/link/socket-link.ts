import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectorHost } from '@telltale/connector-sdk';
import { connectError } from '../modbus.errors.js';
import { lineName, type SocketPlace } from '../modbus.settings.js';
import type { LineLink, LinkListener, OpeningLink } from './line-link.js';

const KEEP_ALIVE_MS = 15_000;

function dial({ host, port, tls }: SocketPlace, connectorHost: ConnectorHost): { readonly socket: Socket; readonly ready: 'connect' | 'secureConnect' } {
  if (tls === undefined) return { socket: connectTcp({ host, port }), ready: 'connect' };
  // Modbus/TCP Security v21 §5: TLS 1.2 or newer, both sides show a certificate.
  const socket = connectTls({
    host,
    port,
    servername: tls.serverName ?? host,
    ca: tls.caPem,
    cert: tls.certificatePem,
    key: connectorHost.secret(tls.privateKeySecret),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  return { socket, ready: 'secureConnect' };
}

function linkOver(socket: Socket, listener: LinkListener): LineLink {
  let released = false;
  socket.on('data', (chunk) => {
    if (!released) listener.bytes(chunk);
  });
  // The close event follows and tells everything.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (!released) listener.ended();
  });
  return {
    write: (bytes) => void socket.write(bytes),
    release: () => {
      released = true;
      socket.destroy();
      return Promise.resolve();
    },
  };
}

/** A TCP or TLS connection to a device, a Modbus gateway or a serial device server. */
export function openSocketLink(place: SocketPlace, withinMs: number, connectorHost: ConnectorHost, listener: LinkListener): OpeningLink {
  const { socket, ready } = dial(place, connectorHost);
  const opened = new Promise<LineLink>((resolve, reject) => {
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(connectError(lineName(place), cause));
    };
    const timer = setTimeout(() => fail(new Error(`no connection within ${withinMs} ms`)), withinMs);
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed while connecting')));
    socket.once(ready, () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').removeAllListeners('close');
      socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(linkOver(socket, listener));
    });
  });
  return { opened, abandon: () => void socket.destroy() };
}
