import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface DeviceSample {
  readonly name: string;
  readonly at: number;
  readonly value: number;
}

interface Request {
  readonly subscribe?: readonly string[];
  readonly poll?: readonly string[];
  readonly history?: string;
  readonly request?: number;
  readonly fromUs?: number;
  readonly toUs?: number;
}

/** A device with a clock and a memory: each tag gets a new value every period, nothing is ever forgotten. It is the ground truth. */
export class LineDevice {
  readonly truth = new Map<string, DeviceSample[]>();
  private readonly sockets = new Set<{ socket: Socket; names: ReadonlySet<string> }>();
  private server: Server | null = null;
  private timer: NodeJS.Timeout | null = null;
  private port_ = 0;
  private count = 0;
  private newestAt = 0;
  /** Tags that answer a poll with "no value". */
  readonly dead = new Set<string>();
  connections = 0;

  constructor(
    private readonly names: readonly string[],
    private readonly periodMs: number,
  ) {
    for (const name of names) this.truth.set(name, []);
  }

  get port(): number {
    return this.port_;
  }

  /** Writes a past, one sample per tag and period. */
  remember(fromUs: number, toUs: number, periodUs: number): void {
    for (let at = fromUs; at < toUs; at += periodUs) for (const name of this.names) this.truth.get(name)?.push({ name, at, value: ++this.count });
  }

  async start(): Promise<void> {
    this.tick();
    this.timer ??= setInterval(() => this.tick(), this.periodMs);
    await this.listen();
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port_, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address) this.port_ = address.port;
  }

  /** The cable is pulled; the device itself goes on. */
  async unplug(): Promise<void> {
    const { server } = this;
    for (const { socket } of this.sockets) socket.destroy();
    await new Promise((resolve) => server?.close(resolve));
  }

  stopClock(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  async stop(): Promise<void> {
    this.stopClock();
    await this.unplug();
  }

  private tick(): void {
    // Two values of one instant would be a device that contradicts itself; a clock that stands or is set back must not make one.
    const at = Math.max(Date.now() * 1000, this.newestAt + 1_000);
    this.newestAt = at;
    const samples = this.names.map((name) => ({ name, at, value: ++this.count }));
    for (const sample of samples) this.truth.get(sample.name)?.push(sample);
    for (const { socket, names } of this.sockets) {
      if (names.size > 0) socket.write(`${JSON.stringify({ samples: samples.filter(({ name }) => names.has(name)) })}\n`);
    }
  }

  private serve(socket: Socket): void {
    const client = { socket, names: new Set<string>() as ReadonlySet<string> };
    this.connections++;
    this.sockets.add(client);
    socket.on('close', () => this.sockets.delete(client));
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket })
      .on('line', (line) => this.answer(client, JSON.parse(line) as Request))
      .on('error', () => {});
  }

  private answer(client: { socket: Socket; names: ReadonlySet<string> }, { subscribe, poll, history, request, fromUs = 0, toUs = 0 }: Request): void {
    if (subscribe) {
      client.names = new Set(subscribe);
      const samples = subscribe.map((name) => this.truth.get(name)?.at(-1)).filter((sample) => sample !== undefined);
      client.socket.write(`${JSON.stringify({ samples, first: true })}\n`);
    } else if (poll) {
      client.socket.write(`${JSON.stringify({ values: poll.map((name) => (this.dead.has(name) ? null : (this.truth.get(name)?.at(-1)?.value ?? null))) })}\n`);
    } else if (history !== undefined) {
      const samples = (this.truth.get(history) ?? []).filter(({ at }) => at >= fromUs && at < toUs);
      client.socket.write(`${JSON.stringify({ answer: request, history: samples })}\n`);
    }
  }
}
