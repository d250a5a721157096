import type { StatusCode } from './sample.js';

export type Quality = 'good' | 'uncertain' | 'bad';

/** Severity is the top two bits (OPC UA Part 4 §7.39.1). */
export function qualityOf(status: StatusCode): Quality {
  const severity = status >>> 30;
  if (severity === 0) return 'good';
  return severity === 1 ? 'uncertain' : 'bad';
}

export const isGood = (status: StatusCode): boolean => status >>> 30 === 0;

/** The status codes the platform itself assigns (OPC UA Part 4 Annex, Part 8 §6). */
export const Status = {
  Good: 0x00000000,
  GoodClamped: 0x00300000,
  Uncertain: 0x40000000,
  UncertainLastUsableValue: 0x40900000,
  UncertainSubNormal: 0x40950000,
  UncertainDataSubNormal: 0x40a40000,
  Bad: 0x80000000,
  BadCommunicationError: 0x80050000,
  BadTimeout: 0x800a0000,
  BadShutdown: 0x800c0000,
  BadNotConnected: 0x808a0000,
  BadNoCommunication: 0x80310000,
  BadNodeIdUnknown: 0x80340000,
  BadOutOfRange: 0x803c0000,
  BadNotSupported: 0x803d0000,
  BadDeviceFailure: 0x808b0000,
  BadSensorFailure: 0x808c0000,
  BadOutOfService: 0x808d0000,
  BadNoData: 0x809b0000,
  BadDataLost: 0x809d0000,
  BadConfigurationError: 0x80890000,
  BadTypeMismatch: 0x80740000,
  BadDecodingError: 0x80070000,
} as const satisfies Record<string, StatusCode>;
