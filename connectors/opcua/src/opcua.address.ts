import { z } from 'zod';
import { parseMemberPath } from './member-path.js';

const NODE_ID = /^(?:nsu=(?<uri>[^;]+);|ns=(?<index>\d{1,5});)?(?<kind>[isgb])=(?<id>[^]+)$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A node as OPC UA Part 6 §5.3.1.10 writes it, taken apart. */
export interface NodeReference {
  /** Namespace by URI (stable), by index (mapped to its URI at the first connection), or neither: namespace 0. */
  readonly namespace: { readonly uri: string } | { readonly index: number } | undefined;
  /** `s=Line1.Speed`, `i=2258` … */
  readonly identifier: string;
}

/** Undefined when the text is no node id. `%3B` and `%25` stand for `;` and `%` in a URI. */
export function parseNodeReference(text: string): NodeReference | undefined {
  const groups = NODE_ID.exec(text)?.groups;
  if (!groups) return undefined;
  const { uri, index, kind, id } = groups;
  if (kind === 'i' && !(/^\d{1,10}$/.test(id ?? '') && Number(id) <= 0xffff_ffff)) return undefined;
  if (kind === 'g' && !GUID.test(id ?? '')) return undefined;
  if (kind === 'b' && !/^[A-Za-z0-9+/]+={0,2}$/.test(id ?? '')) return undefined;
  const identifier = `${kind}=${id}`;
  if (uri !== undefined) return { namespace: { uri: uri.replaceAll('%3B', ';').replaceAll('%25', '%') }, identifier };
  return { namespace: index === undefined ? undefined : { index: Number(index) }, identifier };
}

/** The way back: `nsu=…;s=…`, namespace 0 without prefix. */
export function formatNodeReference(uri: string | undefined, identifier: string): string {
  return uri === undefined ? identifier : `nsu=${uri.replaceAll('%', '%25').replaceAll(';', '%3B')};${identifier}`;
}

export const opcUaAddressSchema = z.strictObject({
  nodeId: z
    .string()
    .max(2048)
    .refine((text) => parseNodeReference(text) !== undefined, 'is no node id: write nsu=<namespace URI>;s=<name>, i=, g= or b=')
    .describe('The variable: `nsu=<namespace URI>;s=<name>` (also `i=`, `g=`, `b=`). `ns=<index>;…` is accepted and tied to its URI at the first connection.'),
  samplingIntervalMs: z.number().min(0).max(3_600_000).optional().describe('How often the server looks at the variable, in milliseconds; default: the scan interval. 0 asks the server for every change.'),
  queueSize: z.int().min(1).max(10_000).optional().describe('Changes that the server keeps between two publications; default: enough for two seconds.'),
  deadband: z
    .strictObject({ kind: z.enum(['absolute', 'percent']), value: z.number().positive() })
    .optional()
    .describe('Smallest change worth sending: absolute, or percent of the EURange. Applied by the server where it can.'),
  indexRange: z
    .string()
    .regex(/^\d+(,\d+)*$/, 'names one element: 2, or 1,3 for a matrix')
    .optional()
    .describe('Which element of an array, counted from 0: `2`, or `1,3` of a matrix.'),
  member: z
    .string()
    .max(500)
    .refine((text) => parseMemberPath(text) !== undefined, 'is no way to a member: write Speed, Motor.Speed or Temperatures[2]')
    .optional()
    .describe('Which member of a structure: `Speed`, `Motor.Speed`, `Temperatures[2]`. Of an array of structures `indexRange` chooses the structure.'),
});

export type OpcUaAddress = z.infer<typeof opcUaAddressSchema>;

export default opcUaAddressSchema;
