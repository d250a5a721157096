import { connect, createServer, type Socket } from 'node:net';

export interface SeenStatement {
  /** `application_name` of the connection. */
  readonly application: string;
  readonly sql: string;
  /** Statements of this transaction before this one, `begin` excluded. */
  readonly index: number;
  /** All of this transaction before this one. */
  readonly earlier: readonly string[];
}

/** A fault that a statement sets off; `act` returns whether the traffic goes on afterwards. */
export interface StatementFault {
  readonly matches: (statement: SeenStatement) => boolean;
  /** Before the server sees the statement, or when it has finished it and the client does not know yet. */
  readonly moment: 'before' | 'after';
  readonly act: (statement: SeenStatement) => Promise<void> | void;
}

const READY = 'Z'.charCodeAt(0);

/** Between a service and Postgres: reads the wire protocol, so that a fault can hit exactly one statement of an unchanged service. */
export class StatementRelay {
  private readonly server = createServer((client) => this.serve(client));
  private readonly sockets = new Set<Socket>();
  private fault: StatementFault | undefined;
  /** Holds every commit back so long, ms: a disk that takes its time. */
  commitDelayMs = 0;
  port = 0;

  private readonly upstreamPort: number;

  constructor(upstreamPort: number) {
    this.upstreamPort = upstreamPort;
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const address = this.server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The same URL, through the relay. */
  through(url: string): string {
    const own = new URL(url);
    own.port = String(this.port);
    return own.href;
  }

  /** Fires once. */
  arm(fault: StatementFault): void {
    this.fault = fault;
  }
  disarm(): void {
    this.fault = undefined;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  private serve(client: Socket): void {
    const upstream = connect(this.upstreamPort, '127.0.0.1');
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    const transaction = { application: '', earlier: [] as string[] };
    let waiting: { fault: StatementFault; statement: SeenStatement } | undefined;
    const fromClient = messages(true);
    const fromServer = messages(false);
    let order = Promise.resolve();
    client.on('data', (part: Buffer) => {
      for (const message of fromClient(part)) {
        const sql = statementOf(message);
        if (message.type === 0) transaction.application = applicationOf(message.bytes) ?? transaction.application;
        order = order.then(async () => {
          if (sql !== undefined) {
            if (/^begin/i.test(sql)) transaction.earlier = [];
            const statement: SeenStatement = { application: transaction.application, sql, index: transaction.earlier.length, earlier: [...transaction.earlier] };
            if (!/^begin/i.test(sql)) transaction.earlier.push(sql);
            if (/^commit/i.test(sql) && this.commitDelayMs > 0) await new Promise((done) => setTimeout(done, this.commitDelayMs));
            const { fault } = this;
            if (fault?.matches(statement) === true) {
              this.fault = undefined;
              if (fault.moment === 'before') await fault.act(statement);
              else waiting = { fault, statement };
            }
          }
          if (!upstream.destroyed) upstream.write(message.bytes);
        });
      }
    });
    upstream.on('data', (part: Buffer) => {
      if (waiting === undefined) return void (client.destroyed || client.write(part));
      const { fault, statement } = waiting;
      const ready = [...fromServer(part)].some(({ type }) => type === READY);
      // What the server answered is lost with the process that asked.
      if (ready) {
        waiting = undefined;
        void fault.act(statement);
      }
    });
  }
}

interface Message {
  /** 0 for the start-up message, which has no type. */
  readonly type: number;
  readonly bytes: Buffer;
}

function messages(beginsUntyped: boolean): (part: Buffer) => Iterable<Message> {
  let rest: Buffer = Buffer.alloc(0);
  let untyped = beginsUntyped;
  return function* (part) {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (;;) {
      const head = untyped ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      yield { type: untyped ? 0 : (bytes[0] ?? 0), bytes };
      untyped = false;
    }
  };
}

/** SQL of a simple query or of a Parse message. */
function statementOf({ type, bytes }: Message): string | undefined {
  const letter = String.fromCharCode(type);
  if (letter === 'Q') return bytes.toString('utf8', 5, bytes.length - 1).trim();
  if (letter !== 'P') return undefined;
  const from = bytes.indexOf(0, 5) + 1;
  return bytes.toString('utf8', from, bytes.indexOf(0, from)).trim();
}

function applicationOf(startup: Buffer): string | undefined {
  const words = startup.toString('utf8', 8).split('\0');
  const at = words.indexOf('application_name');
  return at < 0 ? undefined : words[at + 1];
}
