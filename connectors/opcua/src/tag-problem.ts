import { StatusCodes } from 'node-opcua-client';
import type { TagProblem } from '@telltale/connector-sdk';
import type { OpcUaAddress } from './opcua.address.js';
import type { ValueProblem } from './value-decoder.js';

export type { TagProblem } from '@telltale/connector-sdk';

/** A monitored tag, as far as its problems are concerned. */
export interface ProblematicItem {
  readonly tag: { readonly tagId: number; readonly address: OpcUaAddress };
  readonly monitoredItemId: number | undefined;
  readonly failure: number | undefined;
  readonly problem: ValueProblem | undefined;
}

const NO_NODE: ReadonlySet<number> = new Set([StatusCodes.BadNodeIdUnknown.value, StatusCodes.BadNodeIdInvalid.value]);
const NO_ELEMENT: ReadonlySet<number> = new Set([StatusCodes.BadIndexRangeInvalid.value, StatusCodes.BadIndexRangeNoData.value]);
const NO_RIGHT: ReadonlySet<number> = new Set([StatusCodes.BadUserAccessDenied.value, StatusCodes.BadNotReadable.value]);

/** What a person must correct before the tag gives values; undefined when nothing, also while its device only reports a fault. */
export function problemOf({ tag: { tagId, address }, monitoredItemId, failure, problem }: ProblematicItem): TagProblem | undefined {
  if (problem) return { tagId, ...problem };
  if (failure === undefined) return undefined;
  if (NO_NODE.has(failure)) return { tagId, code: 'opcua.node-unknown', reason: `the server does not have the node ${address.nodeId}: browse it and correct nodeId` };
  if (NO_ELEMENT.has(failure)) return { tagId, code: 'opcua.element-unknown', reason: `the array has no element [${address.indexRange ?? ''}]: correct indexRange` };
  if (NO_RIGHT.has(failure)) return { tagId, code: 'opcua.read-refused', reason: 'the server lets this user not read the node: give the user the right to read it' };
  return monitoredItemId === undefined ? { tagId, code: 'opcua.tag-refused', reason: `the server does not monitor the node (${nameOf(failure)})` } : undefined;
}

const nameOf = (status: number): string => Object.values(StatusCodes).find(({ value }) => value === status)?.name ?? `0x${status.toString(16)}`;
