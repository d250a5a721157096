import { WebSocket } from 'ws';

export interface LiveMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A page's live connection (graphql-transport-ws), told apart from our own code: it knows the protocol only. */
export class LiveCaller {
  readonly heard: LiveMessage[] = [];
  closedWith: number | null = null;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString('utf8')) as LiveMessage));
    socket.on('close', (code) => (this.closedWith = code));
  }

  static async open(url: string, token: string | null, headers: Record<string, string> = {}): Promise<LiveCaller> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    });
    const caller = new LiveCaller(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    caller.send({ type: 'connection_init' });
    await caller.until(({ type }) => type === 'connection_ack');
    return caller;
  }

  send(message: LiveMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: Record<string, unknown> = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  of(id: string): LiveMessage[] {
    return this.heard.filter((message) => message.id === id);
  }

  /** Codes of the errors that ended the subscription. */
  codesOf(id: string): unknown[] {
    return this.of(id).flatMap(({ type, payload }) => (type === 'error' ? errorCodes(payload) : []));
  }

  async until(wanted: (message: LiveMessage) => boolean, withinMs = 8_000): Promise<LiveMessage> {
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((later) => setTimeout(later, 10))) {
      const found = this.heard.find(wanted);
      if (found) return found;
    }
    throw new Error(`It was not heard within ${withinMs} ms; heard: ${JSON.stringify(this.heard)}`);
  }

  close(): void {
    this.socket.close();
  }
}

export function errorCodes(errors: unknown): unknown[] {
  return Array.isArray(errors) ? errors.map((error: { extensions?: { code?: unknown } }) => error.extensions?.code) : [];
}
