import { DataType, extractDataValueToPromote, promoteOpaqueStructure, type ClientSession, type DataValue } from 'node-opcua-client';
import { withinTime } from './within-time.js';

const DESCRIBED_WITHIN_MS = 5_000;

/** Holds a structure of a type that the driver has not met: bytes until the server describes it. */
export const isEncoded = (data: DataValue): boolean => data.value?.dataType === DataType.ExtensionObject && extractDataValueToPromote([data]).length > 0;

/**
 * Replaces the bytes of structures by their members, in place; types are asked from the server once per session (Part 5 Annex D and
 * Part 3 §8.47). What the server does not describe, or not in time, stays bytes.
 */
export async function decodeStructures(session: ClientSession, values: readonly DataValue[]): Promise<void> {
  if (values.length === 0) return;
  await withinTime(promoteOpaqueStructure(session, [...values]), DESCRIBED_WITHIN_MS, 'the description of a structure').catch(() => undefined);
}
