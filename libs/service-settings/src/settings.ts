import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A variable that a service needs is missing or wrong. */
export class SettingsError extends Error {
  readonly code = 'SETTINGS_INVALID';
  constructor(service: string, problems: readonly string[]) {
    super(`${service} can't start: ${problems.join('; ')}.`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads and validates the variables of one service. The schema's keys are the variable names.
 * `X_FILE` names a file that holds the value of `X`, so that secrets need not be in the environment.
 */
export function readSettings<S extends z.ZodObject>(
  service: string,
  schema: S,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<S> {
  const names = Object.keys(schema.shape);
  const unreadable: string[] = [];
  const valueOf = (name: string): string | undefined => {
    const file = environment[`${name}_FILE`];
    if (environment[name] || !file || names.includes(`${name}_FILE`)) return environment[name] || undefined;
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      unreadable.push(`${name}_FILE names ${file}, which can't be read`);
      return undefined;
    }
  };
  const wanted = Object.fromEntries(names.map((name) => [name, valueOf(name)]));
  if (unreadable.length > 0) throw new SettingsError(service, unreadable);
  const parsed = schema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    service,
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      const about = schema.shape[name]?.description;
      return `${name} ${wanted[name] === undefined ? 'is not set' : `is wrong (${issue.message})`}${about ? ` – ${about}` : ''}`;
    }),
  );
}
