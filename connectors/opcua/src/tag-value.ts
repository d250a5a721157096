import type { DataValue } from 'node-opcua-client';
import type { Observation } from '@telltale/connector-sdk';
import { parseMemberPath } from './member-path.js';
import type { OpcUaTag } from './tag-subscription.js';
import { decodeValue, timeUs } from './value-decoder.js';

/** One answer for one tag; its structures are decoded already. */
export function observationOf({ tagId, address }: OpcUaTag, data: DataValue): Observation {
  const member = address.member === undefined ? [] : parseMemberPath(address.member);
  const { value, status } = decodeValue(data.value, data.statusCode.value >>> 0, member, address.indexRange !== undefined);
  const sourceTimeUs = timeUs(data.sourceTimestamp, data.sourcePicoseconds);
  return { tagId, value, status, ...(sourceTimeUs !== undefined && { sourceTimeUs }) };
}
