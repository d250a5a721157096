import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { z } from 'zod';

/** Names of @fastify/proxy-addr for whole ranges. */
const RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];
const MOST_HOPS = 10;

const isNetwork = (text: string): boolean => RANGES.includes(text) || isIP(text) !== 0 || (isIP(text.split('/')[0] ?? '') !== 0 && ipaddr.isValidCIDR(text));

/** A number of hops, or networks separated by commas. */
export function proxiesOf(text: string, context: z.RefinementCtx): number | readonly string[] {
  const hops = Number(text);
  if (Number.isInteger(hops) && hops >= 1 && hops <= MOST_HOPS) return hops;
  const networks = text.split(',').map((part) => part.trim());
  if (!networks.every(isNetwork)) context.addIssue({ code: 'custom', message: 'use a number from 1 to 10, or addresses and networks such as 10.0.0.0/8' });
  return networks;
}
