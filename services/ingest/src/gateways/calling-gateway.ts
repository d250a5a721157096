import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { KnownGateway } from '@telltale/plant-registry';
import { IngestRefused } from '../refusals/ingest-refused.error.js';

const callers = new WeakMap<FastifyRequest, KnownGateway>();

export const rememberCaller = (request: FastifyRequest, gateway: KnownGateway): void =>
  void callers.set(request, gateway);

/** The gateway that GatewayKeyGuard let in. */
export const CallingGateway = createParamDecorator((_data: unknown, context: ExecutionContext): KnownGateway => {
  const gateway = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (gateway === undefined)
    throw new IngestRefused({
      status: 401,
      code: 'KEY_MISSING',
      message: 'No gateway key was sent.',
      remedy: 'Send the header Authorization: Bearer <gateway key>.',
    });
  return gateway;
});
