export interface SessionPolicySettings {
  readonly sessionHours: number;
  /** True where people reach the api over HTTPS. */
  readonly secure: boolean;
}

/** How long sessions last and how their cookie travels. */
export class SessionPolicy {
  readonly sessionHours: number;
  private readonly attributes: string;

  constructor({ sessionHours, secure }: SessionPolicySettings) {
    this.sessionHours = sessionHours;
    this.attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  cookie(name: string, token: string): string {
    return `${name}=${token}; ${this.attributes}; Max-Age=${Math.round(this.sessionHours * 3600)}`;
  }

  expiredCookie(name: string): string {
    return `${name}=; ${this.attributes}; Max-Age=0`;
  }
}
