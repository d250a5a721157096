import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.js';

export interface ListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Name of the variable a person would change, for the error message. */
  readonly portVariable?: string;
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Turns the operating system's refusal to listen into a sentence with a remedy. */
export function listenError(error: unknown, { host, port, portVariable = 'HTTP_PORT' }: ListenAddress): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new StartError(
        'PORT_TAKEN',
        `Port ${port} is taken by another program`,
        `Stop that program or set ${portVariable} to a free port`,
        { cause: error },
      );
    case 'EACCES':
      return new StartError(
        'PORT_FORBIDDEN',
        `Port ${port} may not be opened by this user`,
        `Set ${portVariable} to a port above 1023`,
        {
          cause: error,
        },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        'HOST_UNKNOWN',
        `${host} is not an address of this machine`,
        'Set HTTP_HOST to 127.0.0.1, 0.0.0.0 or one of its addresses',
        {
          cause: error,
        },
      );
    default:
      return error;
  }
}

/** `http://host:port` of a listening server; a wildcard host becomes loopback. */
export function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  const wildcard = address.address === '0.0.0.0' || address.address === '::';
  const host = wildcard ? '127.0.0.1' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
