import { pino, type Logger as PinoLogger } from 'pino';
import { oneLine } from './one-line.js';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Never logged, wherever they appear one or two levels deep. */
const SECRET_PATHS = ['password', 'secret', 'token', 'key', 'authorization', 'privateKey', 'connectionString'].flatMap(
  (name) => [name, `*.${name}`],
);

interface LogTarget {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

/** JSON lines; readable one-liners when the target is a terminal. */
export function createLogger(name: string, level: LogLevel = 'info', target: LogTarget = process.stdout): Logger {
  const options = {
    name,
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_PATHS, censor: '[secret]' },
  };
  return pino(options, target.isTTY === true ? { write: (line: string) => target.write(oneLine(line)) } : target);
}
