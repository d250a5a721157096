import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IngestRefused } from '../refusals/ingest-refused.error.js';
import { rememberCaller } from './calling-gateway.js';
import { KnownGateways } from './known-gateways.js';

const BEARER = /^Bearer ([\w.~+/=-]{1,512})$/i;

/** Lets in who has a valid gateway key; its tenant comes from the key and from nowhere else. */
@Injectable()
export class GatewayKeyGuard implements CanActivate {
  constructor(private readonly gateways: KnownGateways) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined) {
      throw new IngestRefused({
        status: 401,
        code: 'KEY_MISSING',
        message: 'No gateway key was sent.',
        remedy: 'Send the header Authorization: Bearer <gateway key>.',
      });
    }
    const gateway = await this.gateways.identify(key);
    if (gateway === null) throw keyRefused();
    rememberCaller(request, gateway);
    return true;
  }
}

export const keyRefused = (): IngestRefused =>
  new IngestRefused({
    status: 401,
    code: 'KEY_REFUSED',
    message: 'This gateway key is unknown or was revoked.',
    remedy: 'Create a new key for the gateway and set it there.',
  });
