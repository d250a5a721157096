import { ConnectorError } from '@telltale/connector-sdk';

/** A connector from another folder may bring its own copy of the SDK: its errors are known by what they carry, not by their class. */
export function failureOf(error: unknown): { readonly kind: 'configuration' | 'temporary' | 'unexpected'; readonly code: string; readonly reason: string } {
  const reason = error instanceof Error ? error.message : String(error);
  const kind: unknown = Reflect.get(Object(error), 'kind');
  const code: unknown = Reflect.get(Object(error), 'code');
  const known = error instanceof ConnectorError || (typeof code === 'string' && (kind === 'configuration' || kind === 'temporary'));
  if (!known || typeof code !== 'string') return { kind: 'unexpected', code: 'connector.unexpected', reason };
  return { kind: kind === 'configuration' ? 'configuration' : 'temporary', code, reason };
}
