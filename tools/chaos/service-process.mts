import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cpuSecondsOf } from './process-stat.mts';

const root = resolve(import.meta.dirname, '../..');

/** As compose and chart set them. */
const NODE_OPTIONS: Readonly<Record<string, string>> = { historian: '--max-semi-space-size=8' };

/** A service in a process of its own, as a deployment runs it. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private output = '';

  readonly name: string;
  private readonly env: Readonly<Record<string, string>>;

  constructor(
    name: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.name = name;
    this.env = env;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }
  /** The last 4 kB that it wrote. */
  get said(): string {
    return this.output;
  }

  start(): void {
    const main = join(root, 'services', this.name, 'dist', 'main.js');
    const child = spawn(process.execPath, ['--no-warnings', main], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], NODE_OPTIONS: NODE_OPTIONS[this.name] ?? '', ...this.env } });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (this.output = (this.output + part.toString()).slice(-4_000)));
    this.child = child;
    process.once('exit', () => child.kill('SIGKILL'));
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
    this.child?.kill(signal);
  }

  async ended(): Promise<number | null> {
    const { child } = this;
    if (child === undefined || !this.running) return child?.exitCode ?? null;
    return new Promise((done) => child.once('exit', (code) => done(code)));
  }

  async stop(): Promise<number | null> {
    if (!this.running) return null;
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), 20_000);
    const code = await this.ended();
    clearTimeout(late);
    return code;
  }

  /** Like a supervisor: whatever ended is started again. */
  ensure(): boolean {
    if (this.running) return false;
    this.start();
    return true;
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.child?.pid);
  }

  rssMb(): number {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child?.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
    } catch {
      return 0;
    }
  }
}
