import { ReadValueId } from 'node-opcua-client';
import type { OpcUaAddress } from './opcua.address.js';

type NumericRange = ReadValueId['indexRange'];

/** The index range of an address as the driver wants it in a request (Part 4 §7.27); nothing for a scalar. */
export function elementOf({ indexRange }: OpcUaAddress): { readonly indexRange?: NumericRange } {
  if (indexRange === undefined) return {};
  // The driver parses the text, but types only the parsed form.
  return { indexRange: new ReadValueId({ indexRange: indexRange as unknown as NumericRange }).indexRange };
}
