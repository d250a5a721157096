import { z } from 'zod';

/** A variable that a service needs is missing or wrong. */
export class SettingsError extends Error {
  readonly code = 'SETTINGS_INVALID';
  constructor(service: string, problems: readonly string[]) {
    super(`${service} can't start: ${problems.join('; ')}.`);
    this.name = 'SettingsError';
  }
}

/** Reads and validates the variables of one service. The schema's keys are the variable names. */
export function readSettings<S extends z.ZodObject>(
  service: string,
  schema: S,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<S> {
  const wanted = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]));
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
