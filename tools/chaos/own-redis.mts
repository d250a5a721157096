import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from './eventually.mts';
import { cpuSecondsOf } from './process-stat.mts';

export const redisProgram = (): string | undefined =>
  ['valkey-server', 'redis-server'].find((name) => (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))));

/** A Redis without persistence: whatever it loses must come again from the gateways. */
export class OwnRedis {
  private child: ChildProcess | undefined;
  private readonly program: string;
  readonly port: number;

  private constructor(
    program: string,
    port: number,
  ) {
    this.program = program;
    this.port = port;
  }

  static async open(): Promise<OwnRedis> {
    const program = redisProgram();
    if (program === undefined) throw new Error('Neither redis-server nor valkey-server is installed.');
    const redis = new OwnRedis(program, await freePort());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
    const child = spawn(this.program, args, { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    this.child = child;
    await eventually('Redis answers', async () => (await this.command('PING')).startsWith('+PONG'), 10_000);
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.child?.pid);
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** One command without arguments that need quoting; resolves with the first line of the answer. */
  command(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${text}\r\n`));
      socket.once('data', (answer) => {
        resolve(answer.toString().split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
