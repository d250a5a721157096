import type { TenantContext } from '@telltale/tenancy';
import type { UserAccount } from '../entities/index.js';

export const SIGN_IN_LIMITS = { failures: 10, lockMinutes: 15 } as const;

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  readonly now: Date;
  readonly sessionHours: number;
  /** Address of the caller, for the audit. */
  readonly from?: string;
}

export type SignInOutcome =
  | {
      readonly kind: 'signed-in';
      readonly tenant: TenantContext;
      readonly user: UserAccount;
      readonly sessionId: number;
      /** Shown this once; only its hash is kept. */
      readonly token: string;
      readonly expiresAt: Date;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked' };

export interface FoundSession {
  readonly tenant: TenantContext;
  readonly sessionId: number;
  readonly expiresAt: Date;
  readonly user: UserAccount;
}

/** Counts failures for addresses that nobody has, so that they lock like the others and can't be told from them. */
export class UnknownAddressGate {
  private readonly failures = new Map<string, { count: number; lockedUntilMs: number }>();

  /** Returns true when the address is locked, and counts one failure otherwise. */
  refuse(address: string, nowMs: number): boolean {
    const known = this.failures.get(address) ?? { count: 0, lockedUntilMs: 0 };
    if (known.lockedUntilMs > nowMs) return true;
    if (this.failures.size > 10_000) this.failures.clear();
    const count = known.count + 1;
    const full = count >= SIGN_IN_LIMITS.failures;
    this.failures.set(address, {
      count: full ? 0 : count,
      lockedUntilMs: full ? nowMs + SIGN_IN_LIMITS.lockMinutes * 60_000 : 0,
    });
    return false;
  }
}
