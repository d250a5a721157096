import { createServer, connect, type Server, type Socket } from 'node:net';

/** A cable that can be cut: connections to `port` go to the device's port while it is whole. */
export class TcpCut {
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private state: 'whole' | 'cut' | 'silent' = 'whole';

  private constructor(private readonly targetPort: number) {
    this.server = createServer((inside) => this.join(inside));
  }

  static async create(targetPort: number): Promise<TcpCut> {
    const made = new TcpCut(targetPort);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    const address = made.server.address();
    made.port = address !== null && typeof address === 'object' ? address.port : 0;
    return made;
  }

  get condition(): string {
    return `${this.state}, ${this.sockets.size} sockets`;
  }

  /** Both sides see a reset; new connections are reset as well. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Half-open: sockets stay, no byte passes. */
  silence(): void {
    this.state = 'silent';
    for (const socket of this.sockets) socket.pause();
  }

  /** A silent line loses its connections when it is mended, as a rebooted switch does. */
  mend(): void {
    const wasSilent = this.state === 'silent';
    this.state = 'whole';
    if (wasSilent) for (const socket of this.sockets) socket.destroy();
  }

  dispose(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(inside: Socket): void {
    this.watch(inside);
    if (this.state !== 'whole') {
      if (this.state === 'cut') inside.resetAndDestroy();
      return;
    }
    const outside = connect(this.targetPort, '127.0.0.1');
    this.watch(outside);
    inside.on('data', (bytes) => this.state === 'whole' && outside.write(bytes));
    outside.on('data', (bytes) => this.state === 'whole' && inside.write(bytes));
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
