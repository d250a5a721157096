import type { UserRole } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';

/** The signed-in user: the only source of the tenant in the api. */
export interface Viewer {
  readonly tenant: TenantContext;
  readonly userId: number;
  readonly sessionId: number;
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  /** When the session ends, µs. */
  readonly expiresAtUs: number;
}
