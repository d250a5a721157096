import { z } from 'zod';
import { MODBUS_TABLES } from './modbus.address.js';

const illegalRangeSchema = z
  .strictObject({
    unit: z.int().min(0).max(255).optional().describe('Unit; absent: every unit.'),
    table: z.enum(MODBUS_TABLES),
    from: z.int().min(0).max(65_535),
    to: z.int().min(0).max(65_535).describe('Last address of the range.'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not lie before from' });

const tlsSchema = z.strictObject({
  caPem: z.string().includes('BEGIN CERTIFICATE').describe("Authority of the device's certificate, PEM."),
  certificatePem: z.string().includes('BEGIN CERTIFICATE').describe("The gateway's certificate with its role, PEM."),
  privateKeySecret: z.string().min(1).describe('Name of the gateway secret that holds its private key, PEM.'),
  serverName: z.string().min(1).optional().describe("Name in the device's certificate; default: host."),
});

const serialSchema = z.strictObject({
  path: z.string().min(1).describe('The port: `/dev/serial/by-id/…`, `COM3`.'),
  baudRate: z.int().min(300).max(4_000_000).default(19_200).describe('Bits per second.'),
  parity: z.enum(['even', 'odd', 'none']).default('even').describe('Parity bit.'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1).describe('Stop bits; two are usual without parity.'),
  echo: z.boolean().default(false).describe('The adapter hears what it sends (two-wire RS-485): each request must come back unchanged before its answer.'),
});

const TRANSPORTS = ['tcp', 'rtu-over-tcp', 'tls', 'rtu'] as const;

/** A device, gateway or device server in the network. */
export interface SocketPlace {
  readonly kind: 'socket';
  readonly transport: Exclude<(typeof TRANSPORTS)[number], 'rtu'>;
  readonly host: string;
  readonly port: number;
  readonly tls?: z.infer<typeof tlsSchema>;
}

/** A serial port of the gateway. */
export interface SerialPlace extends z.infer<typeof serialSchema> {
  readonly kind: 'serial';
}

export const lineName = (place: SocketPlace | SerialPlace): string =>
  place.kind === 'serial' ? `Modbus rtu ${place.path}` : `Modbus ${place.transport} ${place.host}:${place.port}`;

export const modbusSettingsSchema = z
  .strictObject({
    transport: z
      .enum(TRANSPORTS)
      .default('tcp')
      .describe('`tcp`: Modbus TCP. `rtu-over-tcp`: serial frames with CRC through a serial device server. `tls`: Modbus/TCP Security, mutual. `rtu`: a serial port of the gateway.'),
    host: z.string().min(1).optional().describe('Host name or address; needed except with `rtu`.'),
    port: z.int().min(1).max(65_535).optional().describe('Default: 502, with `tls` 802.'),
    serial: serialSchema.optional().describe('The serial port; needed exactly with `rtu`.'),
    tls: tlsSchema.optional().describe('Certificates; needed exactly with `tls`. The certificate carries the role.'),
    requestTimeoutMs: z.int().min(20).max(60_000).default(1_000).describe('How long a unit may take to answer; on a serial port, beside the time that the bytes take.'),
    connectTimeoutMs: z.int().min(100).max(60_000).default(3_000).describe('How long one attempt to connect may take.'),
    pauseBetweenRequestsMs: z.int().min(0).max(1_000).default(0).describe('Silence between two requests, for slow units. On a serial port 3.5 characters are kept anyway.'),
    maxRegistersPerRequest: z.int().min(1).max(125).default(125).describe('Registers in one request.'),
    maxBitsPerRequest: z.int().min(1).max(2_000).default(2_000).describe('Coils or discrete inputs in one request.'),
    maxGapRegisters: z.int().min(0).max(124).default(16).describe('Unneeded registers read to save a request.'),
    maxGapBits: z.int().min(0).max(1_999).default(256).describe('Unneeded bits read to save a request.'),
    illegalRanges: z.array(illegalRangeSchema).default([]).describe('Addresses that must never be touched, not even between two tags.'),
    failuresToOpen: z.int().min(1).max(100).default(3).describe('Unanswered requests in a row after which a unit is only probed.'),
  })
  .refine(({ transport, tls }) => (transport === 'tls') === (tls !== undefined), { path: ['tls'], message: 'is needed exactly with transport tls' })
  .refine(({ transport, serial }) => (transport === 'rtu') === (serial !== undefined), { path: ['serial'], message: 'is needed exactly with transport rtu' })
  .refine(({ transport, host }) => (transport === 'rtu') === (host === undefined), { path: ['host'], message: 'is needed with every transport but rtu' })
  .refine(({ transport, port }) => transport !== 'rtu' || port === undefined, { path: ['port'], message: 'has no meaning with transport rtu' })
  .transform(({ transport, host = '', port, tls, serial, ...rest }) => {
    // The refinements above leave exactly these two.
    const link: SocketPlace | SerialPlace =
      serial !== undefined || transport === 'rtu'
        ? { kind: 'serial', ...serialSchema.parse(serial) }
        : { kind: 'socket', transport, host, port: port ?? (transport === 'tls' ? 802 : 502), ...(tls && { tls }) };
    return { transport, link, ...rest };
  });

export type ModbusSettings = z.infer<typeof modbusSettingsSchema>;
