import pg from 'pg';
import type { AppendListener } from './series-contract.js';

const RETRY_MS = 1_000;

/**
 * Listens on a connection of its own and reconnects for ever. A wake-up may be missed while it is away:
 * it calls the listeners for every tenant it knows after a reconnect, and readers poll slowly besides.
 */
export function openAppendListener(url: string): AppendListener {
  const listeners: ((tenantId: number) => void)[] = [];
  const seen = new Set<number>();
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let connecting: Promise<void> | undefined;

  const wake = (tenantId: number): void => {
    seen.add(tenantId);
    for (const listener of listeners) listener(tenantId);
  };
  const later = (): void => {
    if (closed || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      connecting = connect();
    }, RETRY_MS);
  };
  const connect = async (): Promise<void> => {
    const candidate = new pg.Client({ connectionString: url, application_name: 'telltale listener', keepAlive: true });
    candidate.on('error', () => undefined);
    candidate.on('end', later);
    candidate.on('notification', ({ payload }) => {
      const tenantId = Number(payload);
      if (Number.isInteger(tenantId)) wake(tenantId);
    });
    try {
      await candidate.connect();
      await candidate.query('listen samples');
      if (closed) return await candidate.end();
      client = candidate;
      for (const tenantId of seen) wake(tenantId);
    } catch {
      // The database is away: try again until it is back; 'end' may not fire for a connection that never stood.
      await candidate.end().catch(() => undefined);
      later();
    }
  };
  connecting = connect();

  return {
    onAppend: (listener) => void listeners.push(listener),
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
