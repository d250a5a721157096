import { randomBytes } from 'node:crypto';
import { UserRepository, type RegistryDatabase, type UserRole } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';

interface DemoPerson {
  readonly name: string;
  readonly mailbox: string;
  readonly role: UserRole;
}

/** Reserved domain of RFC 2606: nobody receives mail there. */
const addressOf = (person: DemoPerson, tenant: string): string => `${person.mailbox}@${tenant}.example`;

const PEOPLE: Readonly<Record<string, readonly DemoPerson[]>> = {
  acme: [
    { name: 'Maria Keller', mailbox: 'maria', role: 'manager' },
    { name: 'Jonas Weber', mailbox: 'jonas', role: 'maintenance' },
    { name: 'Aylin Demir', mailbox: 'aylin', role: 'admin' },
    { name: 'Peter Lang', mailbox: 'peter', role: 'viewer' },
  ],
  globex: [
    { name: 'Priya Deshpande', mailbox: 'priya', role: 'manager' },
    { name: 'Rahul Patil', mailbox: 'rahul', role: 'maintenance' },
    { name: 'Neha Kulkarni', mailbox: 'neha', role: 'admin' },
    { name: 'Arjun Rao', mailbox: 'arjun', role: 'viewer' },
  ],
};

export interface DemoAccount {
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
}

/** Readable aloud, 100 bits: it is printed once and nowhere kept. */
export const generatedPassword = (): string => (randomBytes(13).toString('hex').match(/.{1,5}/g) ?? []).slice(0, 5).join('-');

export const demoAccounts = (tenant: string): readonly DemoAccount[] =>
  (PEOPLE[tenant] ?? []).map((person) => ({ email: addressOf(person, tenant), name: person.name, role: person.role }));

/** Makes the demo users of a tenant, or gives them the password anew; what was changed of them stays. */
export async function seedPeople(registry: RegistryDatabase, tenant: TenantContext, tenantSlug: string, password: string): Promise<void> {
  const users = new UserRepository(registry);
  for (const account of demoAccounts(tenantSlug)) await users.introduce(tenant, { ...account, password });
}
