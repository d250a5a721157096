import { Injectable } from '@nestjs/common';
import { GatewayEnrolmentRepository, type KnownGateway } from '@telltale/plant-registry';

const FRESH_FOR_MS = 5_000;
const MOST_ENTRIES = 10_000;

/** Whether a gateway is to change its key; asked at most every few seconds per key, and no reason to refuse a status. */
@Injectable()
export class KeyRotations {
  private readonly known = new Map<number, { readonly due: Promise<boolean>; readonly askedAtMs: number }>();

  constructor(private readonly enrolments: GatewayEnrolmentRepository) {}

  isDue(gateway: KnownGateway, nowMs = performance.now()): Promise<boolean> {
    const known = this.known.get(gateway.gatewayKeyId);
    if (known !== undefined && nowMs - known.askedAtMs < FRESH_FOR_MS) return known.due;
    const due = this.enrolments.rotationIsDue(gateway, new Date()).catch(() => false);
    this.known.delete(gateway.gatewayKeyId);
    this.known.set(gateway.gatewayKeyId, { due, askedAtMs: nowMs });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST_ENTRIES) break;
      this.known.delete(oldest);
    }
    return due;
  }
}
