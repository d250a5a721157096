import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

const readable = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

/** Nest's own messages: warnings and errors go to our log, its start-up banners nowhere. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(): void {}

  warn(message: unknown, ...details: unknown[]): void {
    this.logger.warn({ details }, readable(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    if (message instanceof Error) this.logger.error({ err: message, details }, message.message);
    else this.logger.error({ details }, readable(message));
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.error(message, ...details);
  }
}
