import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { type EnrolmentAnswer, EnrolmentRequest, INGEST_PATHS, type KeyAnswer, KeyRequest } from '@telltale/ingest-contract';
import { GatewayEnrolmentRepository, type KnownGateway } from '@telltale/plant-registry';
import { IngestRefused, orComeAgain } from '../refusals/ingest-refused.error.js';
import { CallingGateway } from './calling-gateway.js';
import { GatewayKeyGuard, keyRefused } from './gateway-key.guard.js';

const NEW_TOKEN = 'Make a new enrolment token for this gateway and give it to the gateway.';
const TOKEN_REFUSALS = {
  // One answer for a token that never was and for one that is gone: nobody learns which tokens exist.
  'token-unknown': { code: 'TOKEN_REFUSED', message: 'This enrolment token is not valid.', remedy: NEW_TOKEN },
  'token-expired': { code: 'TOKEN_EXPIRED', message: 'This enrolment token is too old.', remedy: NEW_TOKEN },
  'token-used': { code: 'TOKEN_USED', message: 'This enrolment token was used before.', remedy: `${NEW_TOKEN} If nobody here used the old one, revoke the keys of the gateway.` },
  'key-taken': { code: 'KEY_TAKEN', message: 'The offered key is in use already.', remedy: 'Let the gateway make another key: remove the file that ends in .next beside its key file.' },
} as const;

const malformed = (what: string): IngestRefused =>
  new IngestRefused({ status: 400, code: 'REQUEST_MALFORMED', message: `This is no ${what}.`, remedy: 'Use a gateway and a platform of the same release line.' });

/** How a gateway gets its key with a token that works once, and changes it. Always asked by the gateway. */
@Controller()
export class EnrolmentController {
  constructor(private readonly enrolments: GatewayEnrolmentRepository) {}

  @Post(INGEST_PATHS.enrolment)
  @HttpCode(200)
  async enrol(@Body() body: unknown): Promise<EnrolmentAnswer> {
    const request = EnrolmentRequest.safeParse(body);
    if (!request.success) throw malformed('enrolment');
    const { token, key } = request.data;
    const found = await orComeAgain('database', () => this.enrolments.redeem(token, key, new Date()));
    if (found.outcome !== 'enrolled') throw new IngestRefused({ status: 422, ...TOKEN_REFUSALS[found.outcome] });
    return { gatewayId: found.gatewayId, expiresAt: found.expiresAt?.toISOString() ?? null };
  }

  @Post(INGEST_PATHS.key)
  @HttpCode(200)
  @UseGuards(GatewayKeyGuard)
  async rotate(@CallingGateway() gateway: KnownGateway, @Body() body: unknown): Promise<KeyAnswer> {
    const request = KeyRequest.safeParse(body);
    if (!request.success) throw malformed('gateway key');
    const rotated = await orComeAgain('database', () => this.enrolments.rotate(gateway, request.data.key, new Date()));
    if (rotated === 'key-refused') throw keyRefused();
    if (rotated === 'key-taken') throw new IngestRefused({ status: 422, ...TOKEN_REFUSALS[rotated] });
    return { expiresAt: rotated.expiresAt?.toISOString() ?? null, earlierAcceptedUntil: rotated.earlierAcceptedUntil.toISOString() };
  }
}
