import { z } from 'zod';
import { CAPABILITIES } from './connector.js';

/** The `connector` field of a connector's package.json. */
export const connectorManifestSchema = z.strictObject({
  type: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/, 'is lower case, starts with a letter and has 2 to 31 characters')
    .describe('Name of the protocol, unique among the connectors of a gateway.'),
  title: z.string().min(1).max(80).describe('Name shown to people.'),
  capabilities: z
    .array(z.enum(CAPABILITIES))
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'names a capability twice')
    .refine((all) => all.includes('poll') || all.includes('subscribe'), 'needs poll or subscribe: a connector reads live values')
    .describe('What the connector offers.'),
  maturity: z.enum(['experimental', 'beta', 'stable']).describe('How far to trust it.'),
});

/**
 * Reads the manifest out of a parsed package.json.
 * @throws Error with one sentence naming the field.
 */
export function parseManifest(packageName: string, packageJson: unknown): z.infer<typeof connectorManifestSchema> {
  const parsed = z.object({ connector: connectorManifestSchema }).safeParse(packageJson);
  if (parsed.success) return parsed.data.connector;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'connector';
  throw new Error(`${packageName}: "${field}" in package.json ${issue?.message ?? 'is invalid'}.`);
}
