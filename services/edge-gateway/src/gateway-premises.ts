import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Metrics, StartError, type Logger } from '@telltale/service-runtime';
import type { TimeUs } from '@telltale/tag-sample';
import type { EdgeGatewaySettings } from './edge-gateway.settings.js';
import { GatewayCredentials } from './enrolment/gateway-credentials.js';

/** Where one gateway lives: its settings, folder, key, log and clock. */
export class GatewayPremises {
  readonly metrics = new Metrics('edge-gateway');
  readonly dataDir: string;
  readonly credentials: GatewayCredentials;
  readonly startedAtUs: TimeUs;

  constructor(
    readonly settings: EdgeGatewaySettings,
    readonly logger: Logger,
  ) {
    this.dataDir = settings.GATEWAY_DATA_DIR;
    try {
      mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new StartError('DATA_DIR_UNUSABLE', `The folder ${this.dataDir} can't be made`, 'Set GATEWAY_DATA_DIR to a folder that this user may write', { cause });
    }
    this.credentials = GatewayCredentials.from(settings);
    this.startedAtUs = this.nowUs();
  }

  /** Wall clock with microseconds. */
  nowUs(): TimeUs {
    return Math.round((performance.timeOrigin + performance.now()) * 1000) + this.wallShiftUs();
  }

  path(...parts: string[]): string {
    return join(this.dataDir, ...parts);
  }

  /** performance.now does not follow a stepped wall clock; beyond 50 ms the wall clock counts. */
  private wallShiftUs(): number {
    const shiftMs = Date.now() - (performance.timeOrigin + performance.now());
    return Math.abs(shiftMs) > 50 ? Math.round(shiftMs * 1000) : 0;
  }
}
