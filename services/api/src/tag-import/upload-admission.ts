import { Transform, type TransformCallback } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { errorCodes, type FastifyRequest } from 'fastify';
import { OPERATION_LIMITS } from '../graphql/operation-limits.js';
import { GRAPHQL_PATH } from '../graphql/own-requests-only.js';
import type { SessionReader } from '../identity/session-reader.js';

/** Sent with operations that carry a file; everything else keeps the small limit. */
export const UPLOAD_HEADER = 'x-telltale-upload';
/** A file of 16 MB as a JSON string. */
const UPLOAD_BYTES = 41_943_040;

/** Counts what comes without a length, and ends it where it is too much. */
class BodyMeter extends Transform {
  receivedEncodedLength = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, next: TransformCallback): void {
    this.receivedEncodedLength += chunk.length;
    if (this.receivedEncodedLength > OPERATION_LIMITS.bodyBytes) next(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else next(null, chunk);
  }
}

/** Operations may have 256 KiB; an administrator who says so may send a file, told before a byte of it is read. */
export function admitUploads(app: NestFastifyApplication, sessions: SessionReader): void {
  const fastify = app.getHttpAdapter().getInstance();
  const mayUpload = async (request: FastifyRequest): Promise<boolean> => {
    if (request.headers[UPLOAD_HEADER] === undefined) return false;
    return (await sessions.viewer(sessions.tokenOf(request)))?.role === 'admin';
  };
  fastify.addHook('onRoute', (route) => {
    if (route.url === GRAPHQL_PATH) route.bodyLimit = UPLOAD_BYTES;
  });
  fastify.addHook('preParsing', async (request, _reply, payload) => {
    if (request.routeOptions.url !== GRAPHQL_PATH) return payload;
    const length = Number(request.headers['content-length']);
    if (length <= OPERATION_LIMITS.bodyBytes || (await mayUpload(request))) return payload;
    if (length > OPERATION_LIMITS.bodyBytes) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    return payload.pipe(new BodyMeter());
  });
}
