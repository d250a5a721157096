import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from './logger.js';
import { NestLogger } from './nest-logger.js';

export type RootModule = Type<unknown> | DynamicModule;

/** A Nest application without HTTP. A wrong module throws instead of ending the process. */
export async function createContext(module: RootModule, logger: Logger): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(module, { logger: new NestLogger(logger), abortOnError: false });
}
