import pg from 'pg';

export const CHANGE_CHANNELS = ['detections', 'alarms', 'yields', 'gateways'] as const;
export type ChangeChannel = (typeof CHANGE_CHANNELS)[number];

const RETRY_MS = 1000;

/** Wakes up when something of a tenant changed. Carries the tenant's id and no data. */
export class ChangeListener {
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private closed = false;

  private constructor(
    private readonly url: string,
    private readonly channels: readonly ChangeChannel[],
    private readonly changed: (channel: ChangeChannel, tenantId: number) => void,
  ) {}

  /** Resolves when it listens; a lost connection is opened again every second. Changes made meanwhile are not told: poll as well. */
  static async open(
    url: string,
    channels: readonly ChangeChannel[],
    changed: (channel: ChangeChannel, tenantId: number) => void,
  ): Promise<ChangeListener> {
    const listener = new ChangeListener(url, channels, changed);
    await listener.connect();
    return listener;
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'telltale change listener',
      keepAlive: true,
    });
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload }) => {
      const known = CHANGE_CHANNELS.find((name) => name === channel);
      const tenantId = Number(payload);
      if (known && Number.isInteger(tenantId) && tenantId > 0) this.changed(known, tenantId);
    });
    await client.connect();
    client.once('end', () => this.connectLater());
    for (const channel of this.channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    if (this.closed) await client.end();
    else this.client = client;
  }

  private connectLater(): void {
    if (this.closed) return;
    this.retry = setTimeout(() => {
      this.connect().catch(() => this.connectLater());
    }, RETRY_MS);
  }
}
