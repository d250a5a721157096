import { z } from 'zod';

const NAMES = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);

const LogLine = z.looseObject({
  level: z.number(),
  time: z.string(),
  service: z.string().optional(),
  msg: z.string().optional(),
  err: z.looseObject({ stack: z.string().optional() }).optional(),
});

/** A JSON log line as a person reads it: time, level, service, message, remaining fields. */
export function oneLine(json: string): string {
  const parsed = LogLine.safeParse(JSON.parse(json));
  if (!parsed.success) return json;
  const { level, time, service, msg, err, name: _name, ...fields } = parsed.data;
  const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`;
  // A message may carry text from outside; one entry stays one line.
  const text = (msg ?? '').replaceAll(/[\r\n]+/g, ' ');
  return `${time.slice(11, 19)} ${(NAMES.get(level) ?? String(level)).padEnd(5)} ${service ?? ''}: ${text}${rest}${stack}\n`;
}
