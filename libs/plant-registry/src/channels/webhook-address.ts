import { BlockList, isIP } from 'node:net';

export type AllowedAddresses = 'public' | 'public-and-loopback' | 'any';

/** A webhook must not go there. */
export class TargetRefusedError extends Error {
  readonly code = 'WEBHOOK_TARGET_REFUSED';
  constructor(what: string) {
    super(`${what} Use a public https address, or let an administrator allow more by WEBHOOK_ADDRESSES.`);
    this.name = 'TargetRefusedError';
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** RFC 6890 special purpose registries: nothing in them is a public host. */
const special = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(net, prefix, 'ipv4');
/** Global unicast is 2000::/3; whatever lies outside is not public, and these inside carry or document other addresses. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
const insideUnicast = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  insideUnicast.addSubnet(net, prefix, 'ipv6');

const MAPPED = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/** `::ffff:7f00:1` is 127.0.0.1 by another name. */
function unmapped(address: string): string {
  const [, dotted, high, low] = MAPPED.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return address;
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((word) => [word >> 8, word & 255]);
  return bits.join('.');
}

function isLoopback(found: string): boolean {
  const address = unmapped(found);
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isAllowed(found: string, allowed: AllowedAddresses): boolean {
  if (allowed === 'any') return true;
  const address = unmapped(found);
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return allowed === 'public-and-loopback';
  if (family === 'ipv4') return !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !insideUnicast.check(address, 'ipv6');
}

/** Host of a URL without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Refuses an address that is none, or that carries a password. */
export function webhookUrl(address: string): URL {
  const url = URL.parse(address);
  if (url === null) throw new TargetRefusedError('The webhook address is no URL.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TargetRefusedError(`A webhook can't use ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new TargetRefusedError('A webhook address must not carry a user or password.');
  return url;
}

/** Refuses when any address of the host is not allowed, and to send in the clear to another machine. */
export function checkAddresses(url: URL, found: readonly string[], allowed: AllowedAddresses): void {
  for (const one of found) {
    if (isAllowed(one, allowed)) continue;
    const host = hostOf(url);
    throw new TargetRefusedError(host === one ? `${host} is not a public address.` : `${host} is at ${one}, which is not a public address.`);
  }
  if (url.protocol === 'https:' || allowed === 'any' || found.every(isLoopback)) return;
  throw inTheClear(url);
}

const inTheClear = ({ host }: URL): TargetRefusedError =>
  new TargetRefusedError(`What is sent to ${host} could be read on the way, because it is not https.`);

/**
 * What can be said of an address when it is entered. A name is not looked up here: whoever enters addresses would learn which names
 * the network knows. The delivery looks it up and checks what it finds.
 */
export function checkWebhookAddress(address: string, allowed: AllowedAddresses): URL {
  const url = webhookUrl(address);
  const host = hostOf(url);
  if (host === 'localhost' || host.endsWith('.localhost')) checkAddresses(url, ['127.0.0.1'], allowed);
  else if (isIP(host) !== 0) checkAddresses(url, [host], allowed);
  else if (url.protocol === 'http:' && allowed !== 'any')
    throw inTheClear(url);
  return url;
}
