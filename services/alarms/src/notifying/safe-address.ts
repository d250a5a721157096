import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type AllowedAddresses, checkAddresses, hostOf, TargetRefusedError, webhookUrl } from '@telltale/plant-registry';

export interface SafeTarget {
  readonly url: URL;
  /** The address that was checked. Connect to this one: a second look-up could answer differently. */
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/** Resolves the host once and refuses when any of its addresses is not allowed. */
export async function safeTarget(
  address: string,
  allowed: AllowedAddresses,
  resolve: Resolve = systemResolve,
  signal?: AbortSignal,
): Promise<SafeTarget> {
  const url = webhookUrl(address);
  const hostname = hostOf(url);
  const found = isIP(hostname) === 0 ? await unlessAborted(resolve(hostname), signal) : [{ address: hostname, family: isIP(hostname) }];
  const [first] = found;
  if (first === undefined) throw new TargetRefusedError(`${hostname} has no address.`);
  checkAddresses(
    url,
    found.map((one) => one.address),
    allowed,
  );
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
}

/** A look-up can't be ended; nobody waits for it any more. */
async function unlessAborted<Found>(found: Promise<Found>, signal: AbortSignal | undefined): Promise<Found> {
  if (signal === undefined) return found;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([found, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
