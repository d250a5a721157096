import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type DeviceOptions } from './simulated-device.js';

/** A simulated PLC in its own process: it can be killed, frozen, restarted and replaced. */
export class PlcProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'telltale-plc-'));
  private child: ChildProcess | undefined;
  private options: DeviceOptions;

  private constructor(options: DeviceOptions) {
    this.options = options;
  }

  static async create(options: Partial<DeviceOptions> = {}): Promise<PlcProcess> {
    const made = new PlcProcess({ port: await freePort(), pki: '', values: 5, beatMs: 100, history: false, ...options });
    made.options = { ...made.options, pki: join(made.folder, 'pki') };
    await made.start();
    return made;
  }

  get port(): number {
    return this.options.port;
  }

  get endpointUrl(): string {
    return `opc.tcp://localhost:${this.options.port}/plc`;
  }

  /** Resolves when the server listens. */
  async start(change: Partial<DeviceOptions> = {}): Promise<void> {
    this.options = { ...this.options, ...change };
    const child = fork(join(import.meta.dirname, 'simulated-process.ts'), [JSON.stringify(this.options)], { execArgv: ['--no-warnings'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.child = child;
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the simulated PLC ended with ${String(code)}`);
      }),
    ]);
  }

  async startWithNewCertificate(change: Partial<DeviceOptions> = {}): Promise<void> {
    await this.start({ ...change, pki: mkdtempSync(join(this.folder, 'pki-')) });
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    // Its exit is told only once: whoever asks for it later would wait for ever.
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends as a person would end it: sessions are closed, clients are told. */
  async shutDown(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.send({ shutDown: true });
    await ended;
  }

  get condition(): string {
    return this.child ? `pid ${this.child.pid}, exit ${this.child.exitCode ?? this.child.signalCode ?? 'none'}` : 'none';
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Requests that the server saw since its start, by service. */
  async requests(removeNode?: number): Promise<Readonly<Record<string, number>>> {
    const { child } = this;
    if (!child) return {};
    const answer = once(child, 'message');
    child.send(removeNode === undefined ? {} : { removeNode });
    const [message] = (await answer) as [{ requests: Record<string, number> }];
    return message.requests;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
