import { ConfigurationError, TemporaryError, type ConnectorError } from '@telltale/connector-sdk';
import type { z } from 'zod';

/** Turns the first zod issue into one sentence. */
export function invalid(code: string, concerned: string, error: z.ZodError): ConfigurationError {
  const issue = error.issues[0];
  const field = issue?.path.join('.');
  const what = `${field ? `"${field}" ` : ''}${issue?.message ?? 'is invalid'}`.replaceAll(/\s+/g, ' ');
  return new ConfigurationError(code, concerned, what, 'Correct the entry; the connector README lists every field.', { cause: error });
}

const codeOf = (cause: unknown): string => (typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '');

interface Refusal {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ECONNREFUSED: { code: 'modbus.port-closed', what: 'nothing listens on this port', remedy: 'Start the device or correct host and port.' },
  ENOTFOUND: { code: 'modbus.host-unknown', what: 'the host name is not known', remedy: 'Check host and the DNS of the gateway.' },
  EAI_AGAIN: { code: 'modbus.host-unknown', what: 'the host name is not known', remedy: 'Check host and the DNS of the gateway.' },
  EHOSTUNREACH: { code: 'modbus.host-unreachable', what: 'the host is not reachable', remedy: 'Check network, routing and firewall between gateway and device.' },
  ENETUNREACH: { code: 'modbus.host-unreachable', what: 'the host is not reachable', remedy: 'Check network, routing and firewall between gateway and device.' },
};

/** Why the line could not be opened, in one sentence. */
export function connectError(concerned: string, cause: unknown): ConnectorError {
  const code = codeOf(cause);
  const known = REFUSALS[code];
  if (known) return new TemporaryError(known.code, concerned, known.what, known.remedy, { cause });
  if (/CERT|SSL|TLS|SIGNATURE|SIGNED/.test(code))
    return new TemporaryError('modbus.tls-refused', concerned, 'the secure connection was refused', 'Check the certificates of both sides and the authority in caPem.', { cause });
  return new TemporaryError('modbus.no-connection', concerned, 'no connection within the time allowed', 'Check that the device is on and accepts another connection.', { cause });
}

const PORT_REFUSALS: readonly (readonly [RegExp, Refusal])[] = [
  [/cannot lock|resource temporarily unavailable|access denied|resource busy/i, { code: 'modbus.port-in-use', what: 'another master uses this serial port', remedy: 'Let one endpoint of one gateway use the port; put all its units there.' }],
  [/no such file|file not found/i, { code: 'modbus.port-missing', what: 'there is no such serial port', remedy: 'Plug the adapter in or correct "serial.path".' }],
  [/permission denied/i, { code: 'modbus.port-forbidden', what: 'the gateway may not open this serial port', remedy: "Put the gateway's user into the group of the port (often dialout)." }],
  [/not a typewriter|inappropriate ioctl|bad file descriptor|custom baud/i, { code: 'modbus.port-unfit', what: 'this file is no serial port, or can not do these line settings', remedy: 'Correct "serial".' }],
];

/** Why the serial port could not be opened, in one sentence. */
export function portError(concerned: string, cause: unknown): ConnectorError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const known = PORT_REFUSALS.find(([pattern]) => pattern.test(text))?.[1];
  if (known) return new TemporaryError(known.code, concerned, known.what, known.remedy, { cause });
  return new TemporaryError('modbus.port-failed', concerned, 'the serial port does not open', 'Check adapter and driver; the detail is in the log.', { cause });
}
