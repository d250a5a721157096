import { readSettings, SettingsError } from '@telltale/service-settings';
import type { z } from 'zod';
import type { RunningService } from './running-service.js';
import { StartError } from './start-error.js';

/** sysexits.h: 78 = wrong configuration, 69 = something needed is not there, 70 = our own error. */
export const EXIT_CODES = {
  clean: 0,
  unavailable: 69,
  internal: 70,
  configuration: 78,
  interruptedTwice: 130,
} as const;

const CLOSE_WITHIN_MS = 25_000;

const print = (text: string): void => void process.stderr.write(`${text}\n`);

/** Whoever read the log has gone: the work matters more, and saying so in the same place would fail again and again. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function startFailure(name: string, error: unknown): number {
  if (error instanceof SettingsError) {
    print(error.message);
    return EXIT_CODES.configuration;
  }
  if (error instanceof StartError) {
    print(`${name} can't start: ${error.message}`);
    return EXIT_CODES.unavailable;
  }
  print(`${name} can't start because of an unexpected error. Please report it with these lines.`);
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT_CODES.internal;
}

async function closeWithin(service: RunningService, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
  const closed = await Promise.race([service.close().then(() => true), late]);
  clearTimeout(timer);
  return closed;
}

/** main.ts of every service: reads the settings, starts, closes on SIGTERM or SIGINT, and sets the exit code. */
export async function runMain<S extends z.ZodObject>(
  name: string,
  schema: S,
  start: (settings: z.infer<S>) => Promise<RunningService>,
): Promise<void> {
  let service: RunningService | undefined;
  let stopping: Promise<never> | undefined;
  const stop = (exitCode: number): void => {
    if (stopping !== undefined) process.exit(EXIT_CODES.interruptedTwice);
    stopping = (async () => {
      const closed = service === undefined || (await closeWithin(service, CLOSE_WITHIN_MS));
      if (!closed) print(`${name} did not finish its work within ${CLOSE_WITHIN_MS / 1000} s and was ended.`);
      process.exit(closed ? exitCode : EXIT_CODES.internal);
    })().catch((error: unknown) => {
      print(error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exit(EXIT_CODES.internal);
    });
  };
  const crash = (error: unknown): void => {
    print(`${name} met an unexpected error and ends.`);
    print(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (stopping === undefined) stop(EXIT_CODES.internal);
  };
  outliveReaders();
  process.on('SIGTERM', () => stop(EXIT_CODES.clean));
  process.on('SIGINT', () => stop(EXIT_CODES.clean));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  try {
    service = await start(readSettings(name, schema));
  } catch (error) {
    process.exit(startFailure(name, error));
  }
}

/** main.ts of a program that does one thing and ends. */
export async function runTask<S extends z.ZodObject>(
  name: string,
  schema: S,
  task: (settings: z.infer<S>) => Promise<void>,
): Promise<void> {
  outliveReaders();
  try {
    await task(readSettings(name, schema));
    process.exit(EXIT_CODES.clean);
  } catch (error) {
    process.exit(startFailure(name, error));
  }
}
