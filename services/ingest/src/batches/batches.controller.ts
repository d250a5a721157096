import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { type BatchAnswer, INGEST_PATHS } from '@telltale/ingest-contract';
import type { KnownGateway } from '@telltale/plant-registry';
import { CallingGateway } from '../gateways/calling-gateway.js';
import { GatewayKeyGuard } from '../gateways/gateway-key.guard.js';
import { IngestRefused } from '../refusals/ingest-refused.error.js';
import { RefusalFilter } from '../refusals/refusal.filter.js';
import { BatchIntake } from './batch-intake.js';

@Controller()
@UseGuards(GatewayKeyGuard)
export class BatchesController {
  constructor(
    private readonly intake: BatchIntake,
    private readonly refusals: RefusalFilter,
  ) {}

  @Post(INGEST_PATHS.batches)
  @HttpCode(202)
  async send(@CallingGateway() gateway: KnownGateway, @Body() body: unknown): Promise<BatchAnswer> {
    if (!Buffer.isBuffer(body)) {
      throw new IngestRefused({
        status: 415,
        code: 'CONTENT_TYPE_UNKNOWN',
        message: 'A batch is not sent in this content type.',
        remedy: 'Send batches as application/octet-stream.',
      });
    }
    const answer = await this.intake.accept(gateway, body, Date.now() * 1000);
    this.refusals.accepted();
    return answer;
  }
}
