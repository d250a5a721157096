import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../graphql/api.error.js';

const WINDOW_S = 900;

/** Refused whatever the account: HTTP status 429. */
export class AddressLockedError extends ApiError {
  constructor(readonly retryAfterS: number) {
    super('SIGN_IN_LOCKED', 'Too many attempts from your network: try again in 15 minutes.', 429);
  }
}

/** Whoever has one IPv6 address has the other 2^64 of its network too. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).map((part) => part.toString(16)).join(':')}::/64` : parsed.toString();
}

/** Slows down who tries many accounts from one place; beside the lock of the single account. Each process counts for itself. */
export class SignInThrottle {
  private readonly failures: RateLimiterMemory;

  constructor(failuresPerAddress: number) {
    this.failures = new RateLimiterMemory({ points: failuresPerAddress, duration: WINDOW_S });
  }

  /** Counts the attempt before it is made, so that parallel ones count too; one that succeeds is taken back. Throws AddressLockedError. */
  async attempt<T>(address: string, signIn: () => Promise<T>, succeeded: (outcome: T) => boolean): Promise<T> {
    const network = networkOf(address);
    try {
      await this.failures.consume(network);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw new AddressLockedError(Math.ceil(refused.msBeforeNext / 1000));
      throw refused;
    }
    let counts = false;
    try {
      const outcome = await signIn();
      counts = !succeeded(outcome);
      return outcome;
    } finally {
      if (!counts) await this.failures.reward(network);
    }
  }
}
