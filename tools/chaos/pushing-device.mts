import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A device that pushes a new value of each tag every period and forgets nothing: the truth of what a gateway was told. Speaks the line protocol of the gateway's push-device connector. */
export class PushingDevice {
  readonly truth = new Map<string, Map<number, number>>();
  private readonly names: readonly string[];
  private readonly periodMs: number;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));
  private timer: NodeJS.Timeout | undefined;
  private count = 0;
  port = 0;

  constructor(names: readonly string[], periodMs: number) {
    this.names = names;
    this.periodMs = periodMs;
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const address = this.server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.timer = setInterval(() => this.tick(), this.periodMs);
  }

  stopClock(): void {
    clearInterval(this.timer);
  }

  async close(): Promise<void> {
    this.stopClock();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  /** Values count as told once a gateway listens. */
  private tick(): void {
    if (this.sockets.size === 0) return;
    const at = Date.now() * 1_000;
    const samples = this.names.map((name) => ({ name, at, value: ++this.count }));
    for (const { name, value } of samples) {
      const own = this.truth.get(name) ?? new Map<number, number>();
      this.truth.set(name, own.set(at, value));
    }
    for (const socket of this.sockets) socket.write(`${JSON.stringify({ samples })}\n`);
  }

  private serve(socket: Socket): void {
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    createInterface({ input: socket })
      .on('line', (line) => {
        const { history, request }: { history?: string; request?: number } = JSON.parse(line);
        if (history === undefined) this.sockets.add(socket);
        else socket.write(`${JSON.stringify({ answer: request, history: [] })}\n`);
      })
      .on('error', () => undefined);
  }
}
