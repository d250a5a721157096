import { createHmac, timingSafeEqual } from 'node:crypto';

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>`, so that neither can be changed and an old delivery can be told from a new one. */
export function signatureOf(secret: string, atS: number, body: string): string {
  return `t=${atS},v1=${createHmac('sha256', secret).update(`${atS}.${body}`).digest('hex')}`;
}

/** What a receiver does; in constant time. */
export function isSigned(secret: string, header: string, body: string, nowS: number, toleranceS = 300): boolean {
  const [, at = ''] = /^t=(\d{1,12}),v1=[0-9a-f]{64}$/.exec(header) ?? [];
  if (at === '' || Math.abs(nowS - Number(at)) > toleranceS) return false;
  return timingSafeEqual(Buffer.from(header), Buffer.from(signatureOf(secret, Number(at), body)));
}
