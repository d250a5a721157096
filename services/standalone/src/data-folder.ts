import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { StartError } from '@telltale/service-runtime/start-error';
import { unfinished, writeWhole } from './write-whole.js';

const MARK = 'telltale.json';
const LOCK = 'running.pid';
const INTRODUCED = 'introduced';
const LAYOUT = 1;

/** The folder that holds everything a plant in a box remembers. One process at a time. */
export interface DataFolder {
  readonly path: string;
  /** True until a first start has come to its end and told the password. */
  readonly isNew: boolean;
  readonly postgres: string;
  readonly plants: string;
  gateway(tenant: string): string;
  /** A secret of this installation, made when it is first asked for. */
  secret(name: string, make?: () => string): string;
  /** Where that secret is kept. */
  secretFile(name: string): string;
  /** The first start has come to its end. */
  introduced(): void;
  release(): void;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** A process that has our number but does not run Telltale is not our predecessor (numbers are reused). */
function runsTelltale(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return isAlive(pid) && (!existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('standalone'));
}

function refuseForeign(path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    throw new StartError('DATA_FOLDER_IS_FILE', `${path} is a file`, 'Set TELLTALE_DATA_DIR to a folder');
  }
  const held = readdirSync(path).filter((name) => name !== unfinished(MARK));
  if (held.length > 0 && !held.includes(MARK)) {
    throw new StartError('DATA_FOLDER_FOREIGN', `${path} holds files that Telltale did not write`, 'Set TELLTALE_DATA_DIR to an empty folder');
  }
}

function refuseOtherLayout(path: string): void {
  let layout: unknown;
  try {
    layout = JSON.parse(readFileSync(join(path, MARK), 'utf8'));
  } catch (error) {
    throw new StartError('DATA_FOLDER_BROKEN', `${join(path, MARK)} can't be read`, `Move ${path} away and start again; a new plant in a box is made`, { cause: error });
  }
  if (typeof layout === 'object' && layout !== null && 'layout' in layout && layout.layout === LAYOUT) return;
  throw new StartError('DATA_FOLDER_OTHER_VERSION', `${path} was written by another version of Telltale`, 'Start that version, or move the folder away');
}

function take(path: string): void {
  const lock = join(path, LOCK);
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && runsTelltale(holder)) {
    throw new StartError('ALREADY_RUNNING', `Telltale already runs with ${path} (process ${holder})`, 'Stop it, or set TELLTALE_DATA_DIR to another folder');
  }
  writeFileSync(lock, String(process.pid));
}

const randomSecret = (): string => randomBytes(24).toString('base64url');

function secretIn(file: string, make: () => string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  // Empty: an older release was stopped between making the file and writing it, so that nothing was ever closed with it.
  if (known !== '') return known;
  const secret = make();
  writeWhole(file, secret, 0o600);
  return secret;
}

export function openDataFolder(wanted: string): DataFolder {
  const path = resolve(wanted);
  refuseForeign(path);
  try {
    mkdirSync(path, { recursive: true });
    if (!existsSync(join(path, MARK))) writeWhole(join(path, MARK), JSON.stringify({ layout: LAYOUT }));
    refuseOtherLayout(path);
    take(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError('DATA_FOLDER_NOT_WRITABLE', `${path} can't be written`, 'Set TELLTALE_DATA_DIR to a folder that you may write to', { cause: error });
  }
  const secretFile = (name: string): string => join(path, 'secrets', name);
  return {
    path,
    isNew: !existsSync(join(path, INTRODUCED)),
    postgres: join(path, 'postgres'),
    plants: join(path, 'plants'),
    gateway: (tenant) => join(path, 'gateways', tenant),
    secret: (name, make = randomSecret) => secretIn(secretFile(name), make),
    secretFile,
    introduced: () => writeFileSync(join(path, INTRODUCED), ''),
    release: () => rmSync(join(path, LOCK), { force: true }),
  };
}
