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

export const modbusSettingsSchema = z
  .strictObject({
    transport: z.enum(['tcp', 'rtu-over-tcp', 'tls']).default('tcp').describe('`tcp`: Modbus TCP. `rtu-over-tcp`: serial frames with CRC through a serial device server. `tls`: Modbus/TCP Security, mutual.'),
    host: z.string().min(1).describe('Host name or address.'),
    port: z.int().min(1).max(65_535).optional().describe('Default: 502, with `tls` 802.'),
    requestTimeoutMs: z.int().min(20).max(60_000).default(1_000).describe('How long a unit may take to answer.'),
    connectTimeoutMs: z.int().min(100).max(60_000).default(3_000).describe('How long one attempt to connect may take.'),
    pauseBetweenRequestsMs: z.int().min(0).max(1_000).default(0).describe('Silence between two requests, for slow units.'),
    maxRegistersPerRequest: z.int().min(1).max(125).default(125).describe('Registers in one request.'),
    maxBitsPerRequest: z.int().min(1).max(2_000).default(2_000).describe('Coils or discrete inputs in one request.'),
    maxGapRegisters: z.int().min(0).max(124).default(16).describe('Unneeded registers read to save a request.'),
    maxGapBits: z.int().min(0).max(1_999).default(256).describe('Unneeded bits read to save a request.'),
    illegalRanges: z.array(illegalRangeSchema).default([]).describe('Addresses that must never be touched, not even between two tags.'),
    failuresToOpen: z.int().min(1).max(100).default(3).describe('Unanswered requests in a row after which a unit is only probed.'),
    tls: z
      .strictObject({
        caPem: z.string().includes('BEGIN CERTIFICATE').describe("Authority of the device's certificate, PEM."),
        certificatePem: z.string().includes('BEGIN CERTIFICATE').describe("The gateway's certificate with its role, PEM."),
        privateKeySecret: z.string().min(1).describe('Name of the gateway secret that holds its private key, PEM.'),
        serverName: z.string().min(1).optional().describe("Name in the device's certificate; default: host."),
      })
      .optional()
      .describe('Needed exactly with transport `tls`.'),
  })
  .refine(({ transport, tls }) => (transport === 'tls') === (tls !== undefined), { path: ['tls'], message: 'is needed exactly with transport tls' })
  .transform((settings) => ({ ...settings, port: settings.port ?? (settings.transport === 'tls' ? 802 : 502) }));

export type ModbusSettings = z.infer<typeof modbusSettingsSchema>;
