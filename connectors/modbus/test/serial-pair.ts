import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@telltale/connector-sdk/testing';

/** Two pseudo-terminals, raw, what goes into one comes out of the other; without socat, python3 pumps the bytes. */
const PUMP = `
import os, pty, select, sys, tty
masters = []
for link in sys.argv[1:3]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)
    masters.append(master)
while True:
    for ready in select.select(masters, [], [])[0]:
        os.write(masters[1 - masters.index(ready)], os.read(ready, 4096))
`;

const runs = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const SOCAT = runs('socat', '-V');
/** What joins the two ends here; undefined: a serial line can't be tested. */
export const SERIAL_MEANS = SOCAT ? 'socat' : runs('python3', '-c', 'import pty') ? 'python3' : undefined;
if (SERIAL_MEANS === undefined) process.stderr.write('SKIPPED Modbus on serial ports: neither socat nor python3 is installed, so there is no pair of serial ports to test with.\n');

/** A serial cable: `master` for the connector, `slave` for the device. */
export class SerialPair {
  private readonly folder = mkdtempSync(join(tmpdir(), 'telltale-serial-'));
  readonly master = join(this.folder, 'master');
  readonly slave = join(this.folder, 'slave');
  private process: ChildProcess | undefined;
  private held: number[] = [];

  async plugIn(): Promise<this> {
    const ends = [this.master, this.slave];
    this.process = SOCAT
      ? spawn('socat', ends.map((link) => `pty,rawer,ignoreeof,link=${link}`), { stdio: 'ignore' })
      : spawn('python3', ['-c', PUMP, ...ends], { stdio: 'ignore' });
    await eventually('both ends of the serial pair are there', 10_000, () => ends.every((end) => existsSync(end)));
    // Held open, so that neither end hangs up while nobody else uses it.
    this.held = ends.map((end) => openSync(end, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    return this;
  }

  /** As if the adapter were pulled out: the ports vanish while they are in use. */
  async unplug(): Promise<void> {
    for (const file of this.held.splice(0)) closeSync(file);
    const { process: pump } = this;
    this.process = undefined;
    if (pump?.exitCode === null) {
      const exited = new Promise((resolve) => pump.once('exit', resolve));
      pump.kill('SIGTERM');
      await exited;
    }
    for (const end of [this.master, this.slave]) rmSync(end, { force: true });
  }

  async dispose(): Promise<void> {
    await this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
