import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { GatewayRepository, type KnownGateway } from '@telltale/plant-registry';
import { orComeAgain } from '../refusals/ingest-refused.error.js';

/** A revoked key is refused after this time at the latest. */
const KNOWN_FOR_MS = 20_000;
/** So that a wrong key, tried again and again, does not load the database. */
const UNKNOWN_FOR_MS = 5_000;
const MOST_ENTRIES = 10_000;

interface Entry {
  readonly gateway: Promise<KnownGateway | null>;
  until: number;
}

/** Which gateway a key belongs to, asked once per key and while. */
@Injectable()
export class KnownGateways {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly gateways: GatewayRepository) {}

  identify(key: string, nowMs = performance.now()): Promise<KnownGateway | null> {
    // The key itself is not kept in memory longer than the request.
    const id = createHash('sha256').update(key).digest('base64');
    const known = this.entries.get(id);
    if (known !== undefined && known.until > nowMs) return known.gateway;
    const entry: Entry = {
      gateway: orComeAgain('database', () => this.gateways.identify(key)),
      until: nowMs + KNOWN_FOR_MS,
    };
    this.entries.delete(id);
    this.entries.set(id, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= MOST_ENTRIES) break;
      this.entries.delete(oldest);
    }
    entry.gateway.then(
      (gateway) => {
        if (gateway === null) entry.until = nowMs + UNKNOWN_FOR_MS;
      },
      () => this.entries.delete(id),
    );
    return entry.gateway;
  }
}
