import { Body, Controller, Get, Headers, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type GatewayConfiguration, GatewayStatus, INGEST_PATHS, KEY_ROTATION_HEADER, Watermark } from '@telltale/ingest-contract';
import { GatewayRepository, type KnownGateway } from '@telltale/plant-registry';
import { CommittedWatermarks } from '../batches/committed-watermarks.js';
import { IngestRefused, orComeAgain } from '../refusals/ingest-refused.error.js';
import { CallingGateway } from './calling-gateway.js';
import { GatewayKeyGuard } from './gateway-key.guard.js';
import { KeyRotations } from './key-rotations.js';
import { QueueAge } from './queue-age.js';

/** What a gateway asks and tells besides its batches. */
@Controller()
@UseGuards(GatewayKeyGuard)
export class GatewayController {
  constructor(
    private readonly gateways: GatewayRepository,
    private readonly watermarks: CommittedWatermarks,
    private readonly queueAge: QueueAge,
    private readonly rotations: KeyRotations,
  ) {}

  @Get(INGEST_PATHS.watermark)
  async watermark(
    @CallingGateway() { tenant, gatewayId }: KnownGateway,
    @Query('epoch') asked: string | undefined,
  ): Promise<Watermark> {
    const epoch = /^\d{1,15}$/.test(asked ?? '') ? Number(asked) : NaN;
    if (Number.isNaN(epoch)) {
      throw new IngestRefused({
        status: 400,
        code: 'EPOCH_MISSING',
        message: 'The query has no epoch.',
        remedy: `Ask for ${INGEST_PATHS.watermark}?epoch=<number>.`,
      });
    }
    return { epoch, seq: await this.watermarks.fresh(tenant, gatewayId, epoch) };
  }

  @Get(INGEST_PATHS.configuration)
  async configuration(
    @CallingGateway() { tenant, gatewayId }: KnownGateway,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GatewayConfiguration | undefined> {
    const configuration = await orComeAgain('database', () => this.gateways.configuration(tenant, gatewayId));
    if (configuration === null) {
      throw new IngestRefused({
        status: 404,
        code: 'GATEWAY_REMOVED',
        message: 'This gateway was removed from the platform.',
        remedy: 'Add the gateway again and give it its new key.',
      });
    }
    const tag = `"${configuration.version}"`;
    void reply.header('etag', tag).header('cache-control', 'no-cache');
    if (known !== tag) return configuration;
    void reply.status(304);
    return undefined;
  }

  @Post(INGEST_PATHS.status)
  @HttpCode(204)
  async status(
    @CallingGateway() gateway: KnownGateway,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { tenant, gatewayId } = gateway;
    const status = GatewayStatus.safeParse(body);
    if (!status.success) {
      const [issue] = status.error.issues;
      throw new IngestRefused({
        status: 400,
        code: 'STATUS_INVALID',
        message: `The gateway status is not valid at ${issue?.path.join('.') || 'its root'}.`,
        remedy: 'Use a gateway and a platform of the same release line.',
      });
    }
    const queueOldestAt = await this.queueAge.oldestAt();
    await orComeAgain('database', () =>
      this.gateways.recordStatus(tenant, gatewayId, status.data, new Date(), queueOldestAt),
    );
    if (await this.rotations.isDue(gateway)) void reply.header(KEY_ROTATION_HEADER, 'due');
  }
}
