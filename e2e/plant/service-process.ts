import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '..', '..');

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** One service as an operating-system process of its own, as in production: it can be killed with -9 and started again. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private readonly output: string[] = [];

  constructor(
    readonly name: string,
    private readonly settings: Readonly<Record<string, string>>,
    readonly httpPort: number,
  ) {}

  get log(): string {
    return this.output.join('');
  }

  /** Starts without waiting. */
  launch(): void {
    const main = join(root, 'services', this.name, 'dist', 'main.js');
    this.child = spawn(process.execPath, ['--no-warnings', '--enable-source-maps', main], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_LEVEL: 'warn', ...this.settings, HTTP_PORT: String(this.httpPort) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (part: Buffer): void => {
      this.output.push(part.toString('utf8'));
      if (this.output.length > 2_000) this.output.splice(0, 1_000);
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
  }

  async start(withinMs = 60_000): Promise<void> {
    this.launch();
    await this.ready(withinMs);
  }

  async ready(withinMs = 60_000): Promise<void> {
    const until = Date.now() + withinMs;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.httpPort}/health/ready`).catch(() => null);
      if (answer?.status === 200) return;
      if (this.child?.exitCode !== null && this.child?.exitCode !== undefined) throw new Error(`${this.name} ended with ${this.child.exitCode}:\n${this.log}`);
      if (Date.now() > until) throw new Error(`${this.name} is not ready after ${withinMs} ms (${(await answer?.text()) ?? 'no answer'}):\n${this.log}`);
      await pause(100);
    }
  }

  /** kill -9, and waits until the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(late);
  }
}
