import { DataType, extractDataValueToPromote, getExtraDataTypeManager, promoteOpaqueStructure, type ClientSession, type DataValue, type ExtraDataTypeManager } from 'node-opcua-client';
import { withinTime } from './within-time.js';

const DESCRIBED_WITHIN_MS = 5_000;
/** A type that the server did not describe is asked for again after this time; nobody waits for that answer. */
const ASKED_AGAIN_MS = 60_000;

type Constructor = Awaited<ReturnType<ExtraDataTypeManager['getExtensionObjectConstructorFromBinaryEncodingAsync']>>;

/** Holds a structure of a type that the driver has not met: bytes until the server describes it. */
export const isEncoded = (data: DataValue): boolean => data.value?.dataType === DataType.ExtensionObject && extractDataValueToPromote([data]).length > 0;

/** Of one session; the driver makes another manager when it makes the session anew. */
const told = new WeakMap<ExtraDataTypeManager, DescribedEncodings>();
/** Sessions whose server has not even told its types in time. */
const late = new WeakSet<ClientSession>();

/**
 * Replaces the bytes of structures by their members, in place; types are asked from the server once per session (Part 5 Annex D and
 * Part 3 §8.47). What the server does not describe, or not in time, stays bytes.
 */
export async function decodeStructures(session: ClientSession, values: readonly DataValue[]): Promise<void> {
  if (values.length === 0) return;
  const work = prepared(session).then(() => promoteOpaqueStructure(session, [...values]));
  if (late.has(session)) return void work.catch(() => undefined);
  await withinTime(work, DESCRIBED_WITHIN_MS, 'the description of a structure').catch(() => undefined);
}

async function prepared(session: ClientSession): Promise<void> {
  const timer = setTimeout(() => late.add(session), DESCRIBED_WITHIN_MS);
  try {
    const manager = await getExtraDataTypeManager(session);
    if (!told.has(manager)) told.set(manager, new DescribedEncodings(manager));
    late.delete(session);
  } finally {
    clearTimeout(timer);
  }
}

/** The driver asks the server again for every value that it can not decode; here each encoding is asked for once, and who comes later shares the answer. */
export class DescribedEncodings {
  private readonly pending = new Map<string, Promise<Constructor>>();
  private readonly refused = new Map<string, { readonly error: unknown; readonly askAgainAtMs: number }>();

  constructor(manager: Pick<ExtraDataTypeManager, 'getExtensionObjectConstructorFromBinaryEncodingAsync'>) {
    const ask = manager.getExtensionObjectConstructorFromBinaryEncodingAsync.bind(manager);
    manager.getExtensionObjectConstructorFromBinaryEncodingAsync = (encoding) => this.of(encoding.toString(), () => ask(encoding));
  }

  private of(encoding: string, ask: () => Promise<Constructor>): Promise<Constructor> {
    const refused = this.refused.get(encoding);
    if (refused && performance.now() < refused.askAgainAtMs) return Promise.reject(refused.error);
    const asked = this.pending.get(encoding) ?? this.asking(encoding, ask);
    return refused ? Promise.reject(refused.error) : asked;
  }

  private asking(encoding: string, ask: () => Promise<Constructor>): Promise<Constructor> {
    const answer = ask();
    const inTime = withinTime(answer, DESCRIBED_WITHIN_MS, 'the description of a structure');
    const refuse = (error: unknown): unknown => this.refused.set(encoding, { error, askAgainAtMs: performance.now() + ASKED_AGAIN_MS });
    inTime.catch(refuse);
    // Late, yet welcome: the next value is decoded.
    answer.then(() => this.refused.delete(encoding), refuse).finally(() => this.pending.delete(encoding));
    this.pending.set(encoding, inTime);
    return inTime;
  }
}
