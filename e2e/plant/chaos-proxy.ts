import { connect, createServer, type Server, type Socket } from 'node:net';

/** What the line does to the bytes of both directions. */
export interface LineFault {
  /** Added to every piece, ms. */
  readonly latencyMs?: number;
  /** Every n-th piece disappears, and with it the connection 200 ms later: TCP never loses bytes in the middle of a stream. */
  readonly loseEvery?: number;
  /** One bit is flipped in every n-th piece. */
  readonly corruptEvery?: number;
  /** Connections stay, no byte passes. */
  readonly halfOpen?: boolean;
  /** So many bytes per second at most, in small pieces. */
  readonly bytesPerSecond?: number;
  /** Connections are reset, new ones too. */
  readonly cut?: boolean;
}

/** A TCP line whose faults are chosen: everything that goes to its port goes to the target through the fault of the moment. */
export class ChaosProxy {
  port = 0;
  /** What it did, for the report. */
  readonly done = { connections: 0, bytes: 0, lost: 0, corrupted: 0 };
  private readonly targetPort: number;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private fault: LineFault = {};
  private pieces = 0;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.server = createServer({ noDelay: true }, (inside) => this.join(inside));
  }

  static async to(targetPort: number): Promise<ChaosProxy> {
    const made = new ChaosProxy(targetPort);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    const address = made.server.address();
    made.port = address !== null && typeof address === 'object' ? address.port : 0;
    return made;
  }

  /** From now on; `{}` is a sound line. A line that was half-open loses its connections when it is mended, as a rebooted switch does. */
  set(fault: LineFault): void {
    const wasHalfOpen = this.fault.halfOpen === true;
    this.fault = fault;
    if (fault.cut) for (const socket of this.sockets) socket.resetAndDestroy();
    else if (wasHalfOpen && !fault.halfOpen) for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(inside: Socket): void {
    this.watch(inside);
    this.done.connections++;
    if (this.fault.cut) {
      inside.resetAndDestroy();
      return;
    }
    const outside = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    this.watch(outside);
    void this.carry(inside, outside);
    void this.carry(outside, inside);
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  }

  /** One direction, in order: the next piece is read when this one has gone, so that a slow line holds its sender back. */
  private async carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        this.pieces++;
        const { latencyMs = 0, loseEvery = 0, corruptEvery = 0, bytesPerSecond = 0 } = this.fault;
        if (this.fault.halfOpen) continue;
        if (latencyMs > 0) await this.pause(latencyMs);
        if (loseEvery > 0 && this.pieces % loseEvery === 0) {
          this.done.lost++;
          await this.pause(200);
          from.destroy();
          return;
        }
        if (corruptEvery > 0 && this.pieces % corruptEvery === 0) {
          this.done.corrupted++;
          const at = (this.pieces * 31) % piece.length;
          piece[at] = (piece[at] ?? 0) ^ 0x10;
        }
        await this.pass(piece, to, bytesPerSecond);
      }
    } catch {
      // The other side was cut: so is this one.
      to.destroy();
    }
  }

  private async pass(piece: Buffer, to: Socket, bytesPerSecond: number): Promise<void> {
    const step = bytesPerSecond > 0 ? Math.max(1, Math.floor(bytesPerSecond / 10)) : piece.length;
    for (let at = 0; at < piece.length; at += step) {
      if (to.destroyed) return;
      const part = piece.subarray(at, at + step);
      this.done.bytes += part.length;
      if (!to.write(part)) await new Promise<void>((resolve) => void to.once('drain', resolve).once('close', resolve));
      if (bytesPerSecond > 0) {
        await this.pause(100);
        if (this.fault.bytesPerSecond === undefined) return this.pass(piece.subarray(at + step), to, 0);
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, ms);
      this.timers.add(timer);
    });
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
