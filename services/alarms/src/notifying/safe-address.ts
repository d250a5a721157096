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
): Promise<SafeTarget> {
  const url = webhookUrl(address);
  const hostname = hostOf(url);
  const found = isIP(hostname) === 0 ? await resolve(hostname) : [{ address: hostname, family: isIP(hostname) }];
  const [first] = found;
  if (first === undefined) throw new TargetRefusedError(`${hostname} has no address.`);
  checkAddresses(
    url,
    found.map((one) => one.address),
    allowed,
  );
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
}
