import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { INGEST_LIMITS } from '@telltale/ingest-contract';
import { LOGGER, type Logger } from '../ingest.tokens.js';
import { IngestRefused } from './ingest-refused.error.js';

const statusOf = (error: unknown): number => {
  if (error instanceof HttpException) return error.getStatus();
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
};

/** Every refusal leaves in the form of the contract; the inside of the service never shows. */
@Catch()
@Injectable()
export class RefusalFilter implements ExceptionFilter {
  private away = '';

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const refused = error instanceof IngestRefused ? error : this.translated(error);
    const { status, code, retryAfterS } = refused.refusal;
    if (status === 503 && this.away !== code)
      this.logger.warn({ code, err: refused.cause }, `Gateways are asked to wait. ${refused.message}`);
    this.away = status === 503 ? code : this.away;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(status).send(refused.body);
  }

  /** Called when a batch was accepted: the next outage is worth a line again. */
  accepted(): void {
    if (this.away === '') return;
    this.away = '';
    this.logger.info('Batches are accepted again.');
  }

  private translated(error: unknown): IngestRefused {
    switch (statusOf(error)) {
      case 413:
        return new IngestRefused({
          status: 413,
          code: 'BATCH_TOO_LARGE',
          message: `The request is larger than ${INGEST_LIMITS.maxBatchBytes} bytes.`,
          remedy: 'Send smaller batches.',
        });
      case 404:
        return new IngestRefused({
          status: 404,
          code: 'PATH_UNKNOWN',
          message: 'There is nothing at this path.',
          remedy: 'Set INGEST_URL to the address of the ingest service without a path.',
        });
      case 415:
        return new IngestRefused({
          status: 415,
          code: 'CONTENT_TYPE_UNKNOWN',
          message: 'The content type is not supported here.',
          remedy: 'Send batches as application/octet-stream and the status as application/json.',
        });
      case 400:
        return new IngestRefused({
          status: 400,
          code: 'REQUEST_MALFORMED',
          message: 'The request could not be read.',
          remedy: 'Use a gateway and a platform of the same release line.',
        });
      default:
        this.logger.error({ err: error }, 'unexpected error');
        return new IngestRefused({
          status: 500,
          code: 'INTERNAL',
          message: 'The platform met an unexpected error.',
          remedy: 'Keep the batch and send it again; report it when it stays.',
        });
    }
  }
}
