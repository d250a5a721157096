import { AttributeIds, ServerState } from 'node-opcua-client';
import { ConfigurationError, type ConnectorError } from '@telltale/connector-sdk';
import { explain } from './opcua.errors.js';
import { closeLink, type ServerLink } from './server-link.js';
import { pauseUnless, withinTime } from './within-time.js';

/** The rungs of the ladder, in the order in which they are tried. */
export type Rung = 'repaired' | 'recreated' | 'rebuilt';

export interface KeptFlow {
  connect(): Promise<ServerLink>;
  /** Subscribes everything on the new link. */
  attach(link: ServerLink): Promise<void>;
  detach(): void;
  /** Same session, subscriptions anew, and everything read once. */
  recreate(link: ServerLink): Promise<void>;
  /** A sentence when some subscription has been silent for too long. */
  silence(nowMs: number): string | undefined;
  lost(reason: string, code: string): void;
  failing(error: ConnectorError): void;
  /** Regular work while the flow is up; gets the state of the server. */
  tick(link: ServerLink, serverState: ServerState | undefined): Promise<void>;
}

const WATCH_MS = 500;
/** The driver's own ladder (reactivate, transfer, republish, recreate) has this long before we rebuild. */
const REPAIR_BUDGET_MS = 4_000;
const HEARTBEAT_MS = 5_000;
// Generous: a busy gateway must not take its own delay for a dead server.
const HEARTBEAT_TIMEOUT_MS = 4_000;
/** The driver may hold a request for ever while it reconnects; we don't wait for ever. */
const STEP_MS = 20_000;
const CLOSE_MS = 3_000;
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 2_000;
// Wrong passwords lock accounts: don't hammer.
const RETRY_CONFIGURATION_MS = 30_000;
const SERVER_STATUS_STATE = 'i=2259';
const SERVER_STATUS_TIME = 'i=2258';

/**
 * Keeps data flowing and never trusts "connected". The driver may reactivate, transfer and republish; a watchdog on
 * publications and on the server's clock decides whether that worked; else the subscriptions are recreated, then the link.
 */
export class FlowKeeper {
  readonly rungs: Record<Rung, number> = { repaired: 0, recreated: 0, rebuilt: 0 };
  private link: ServerLink | undefined;
  private ending = new AbortController();
  private work: Promise<void> = Promise.resolve();
  private watch: NodeJS.Timeout | undefined;
  private lostAtMs: number | undefined;
  /** The newest loss, also after its repair. */
  private brokenAtMs = -Infinity;
  private rebuilding = false;
  private watching = false;
  private heartbeatAtMs = 0;
  private recreatedAtMs = -Infinity;
  private serverTime: number | undefined;
  private serverTimeStuck = 0;

  constructor(private readonly concerned: string, private readonly flow: KeptFlow) {}

  get current(): ServerLink | undefined {
    return this.link;
  }

  /** True while the driver or we repair the flow. */
  get isLost(): boolean {
    return this.lostAtMs !== undefined || this.rebuilding;
  }

  /** First connection; later ones happen by themselves. @throws ConnectorError */
  async open(): Promise<void> {
    this.ending = new AbortController();
    await this.build();
    this.watch = setInterval(() => void this.look(), WATCH_MS);
  }

  async close(): Promise<void> {
    this.ending.abort();
    clearInterval(this.watch);
    await withinTime(this.work, CLOSE_MS, 'ending the repair').catch(() => undefined);
    await this.drop(true);
    this.lostAtMs = undefined;
  }

  /** The first publication that arrived after a loss: the driver's repair worked. */
  flowing(receivedAtMs: number): Rung | undefined {
    if (this.lostAtMs === undefined || this.rebuilding || receivedAtMs < this.lostAtMs) return undefined;
    this.lostAtMs = undefined;
    this.rungs.repaired++;
    return 'repaired';
  }

  /** Something that had to succeed did not: the link is rebuilt, whatever it looks like. */
  distrust(detail: string): void {
    if (!this.link || this.rebuilding || this.ending.signal.aborted) return;
    if (this.lostAtMs === undefined) this.flow.lost(`The subscriptions could not be restored (${detail}).`, 'opcua.subscription-failed');
    this.lostAtMs ??= performance.now();
    this.rebuild();
  }

  private async build(): Promise<void> {
    const link = await this.flow.connect();
    try {
      if (this.ending.signal.aborted) throw new Error('closed while connecting');
      this.link = link;
      this.serverTime = undefined;
      this.heartbeatAtMs = performance.now();
      link.client.on('connection_lost', () => this.onLost(link, 'The connection to the server broke.', 'opcua.connection-lost'));
      link.client.on('close', () => this.onLost(link, 'The server closed the connection.', 'opcua.connection-lost'));
      await withinTime(this.flow.attach(link), STEP_MS, 'subscribing');
    } catch (error) {
      await this.drop(false);
      throw explain(this.concerned, error);
    }
  }

  private onLost(link: ServerLink, reason: string, code: string): void {
    if (this.link !== link || this.ending.signal.aborted || this.lostAtMs !== undefined) return;
    this.lostAtMs = this.brokenAtMs = performance.now();
    this.flow.lost(reason, code);
  }

  /** A question that a broken connection swallowed says nothing about the repaired one. */
  private isOverdue(link: ServerLink, askedAtMs: number): boolean {
    return this.link !== link || this.lostAtMs !== undefined || this.brokenAtMs >= askedAtMs || this.ending.signal.aborted;
  }

  private async look(): Promise<void> {
    if (this.rebuilding || this.ending.signal.aborted) return;
    const now = performance.now();
    if (this.lostAtMs !== undefined) {
      if (now - this.lostAtMs > REPAIR_BUDGET_MS) this.rebuild();
      return;
    }
    if (this.watching) return;
    this.watching = true;
    try {
      const { link } = this;
      if (!link) return;
      const silence = this.flow.silence(now);
      if (silence !== undefined) await this.onSilence(link, silence);
      else if (now - this.heartbeatAtMs > HEARTBEAT_MS) await this.heartbeat(link);
    } catch (error) {
      // A tick that fails on a lost link is part of the loss.
      if (this.lostAtMs === undefined) this.flow.failing(explain(this.concerned, error));
    } finally {
      this.watching = false;
    }
  }

  /** Connected, yet nothing comes: ask the server for its time, then choose the rung. */
  private async onSilence(link: ServerLink, silence: string): Promise<void> {
    const askedAtMs = performance.now();
    const answers = await this.readStatus(link).then(() => true, () => false);
    if (this.isOverdue(link, askedAtMs)) return;
    const now = performance.now();
    // We may have been the sleeper: what had arrived is read by now.
    if (answers && this.flow.silence(now) === undefined) return;
    if (!answers || now - this.recreatedAtMs < 15_000) {
      this.flow.lost(answers ? `${silence} A new subscription did not help.` : 'The server does not answer any more.', 'opcua.silent');
      this.lostAtMs = now;
      this.rebuild();
      return;
    }
    this.recreatedAtMs = now;
    this.flow.lost(silence, 'opcua.subscription-silent');
    await withinTime(this.flow.recreate(link), STEP_MS, 'recreating the subscriptions').catch((error: unknown) => this.distrust(String(error)));
    if (this.isLost) return;
    this.rungs.recreated++;
  }

  private async heartbeat(link: ServerLink): Promise<void> {
    const askedAtMs = performance.now();
    this.heartbeatAtMs = askedAtMs;
    const status = await this.readStatus(link).catch(() => undefined);
    if (this.isOverdue(link, askedAtMs)) return;
    if (status === undefined) {
      this.flow.lost('The server does not answer any more.', 'opcua.silent');
      this.lostAtMs = performance.now();
      this.rebuild();
      return;
    }
    this.serverTimeStuck = status.time !== undefined && status.time === this.serverTime ? this.serverTimeStuck + 1 : 0;
    this.serverTime = status.time;
    if (this.serverTimeStuck === 3) {
      this.flow.failing(explain(this.concerned, new Error('deadline: the clock of the server stands still')));
    }
    await withinTime(this.flow.tick(link, status.state), STEP_MS, 'the regular work');
  }

  private async readStatus({ session }: ServerLink): Promise<{ state: ServerState | undefined; time: number | undefined }> {
    const nodes = [SERVER_STATUS_STATE, SERVER_STATUS_TIME].map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }));
    const [state, time] = await withinTime(session.read(nodes), HEARTBEAT_TIMEOUT_MS, 'reading the server status');
    const stated: unknown = state?.value?.value;
    const told: unknown = time?.value?.value;
    return { state: typeof stated === 'number' ? stated : undefined, time: told instanceof Date ? told.getTime() : undefined };
  }

  private rebuild(): void {
    if (this.rebuilding) return;
    this.rebuilding = true;
    this.work = this.rebuildUntilDone().finally(() => {
      this.rebuilding = false;
    });
  }

  private async rebuildUntilDone(): Promise<void> {
    const { signal } = this.ending;
    let waitMs = RETRY_FIRST_MS;
    await this.drop(false);
    while (!signal.aborted) {
      try {
        await this.build();
        this.lostAtMs = undefined;
        this.rungs.rebuilt++;
        return;
      } catch (error) {
        const explained = explain(this.concerned, error);
        if (signal.aborted) return;
        this.flow.failing(explained);
        await pauseUnless(signal, explained instanceof ConfigurationError ? RETRY_CONFIGURATION_MS : waitMs);
        waitMs = Math.min(waitMs * 2, RETRY_LAST_MS);
      }
    }
  }

  private async drop(politely: boolean): Promise<void> {
    const { link } = this;
    this.link = undefined;
    this.flow.detach();
    if (link) await closeLink(link, politely);
  }
}
