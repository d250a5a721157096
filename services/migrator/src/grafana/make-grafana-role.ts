import { createGrafanaRole } from '@telltale/plant-registry';
import { reasonOf, StartError } from '@telltale/service-runtime';
import { openAsOwner, tenantOf } from '../owner-database.js';
import type { GrafanaRoleSettings } from './grafana-role.settings.js';

type Print = (line: string) => void;
const toStandardOutput: Print = (line) => void process.stdout.write(`${line}\n`);

/** The role with which a tenant's Grafana reads, and nothing else. Run again, it sets the password anew. Prints the role, never the password. */
export async function makeGrafanaRole(settings: GrafanaRoleSettings, print: Print = toStandardOutput): Promise<void> {
  const tenantId = await tenantIdOf(settings);
  try {
    const role = await createGrafanaRole(settings.ADMIN_DATABASE_URL, tenantId, settings.GRAFANA_PASSWORD);
    print(`Role ${role} reads what belongs to ${settings.TENANT}, database ${settings.DATABASE_NAME}`);
  } catch (cause) {
    throw new StartError(
      'GRAFANA_ROLE_FAILED',
      `The Grafana role of ${settings.TENANT} could not be made (${reasonOf(cause)})`,
      'Use the address of a user that may create roles in ADMIN_DATABASE_URL and run it again',
    );
  }
}

async function tenantIdOf(settings: GrafanaRoleSettings): Promise<number> {
  const registry = await openAsOwner(settings);
  try {
    return (await tenantOf(registry, settings)).tenantId;
  } finally {
    await registry.close();
  }
}
