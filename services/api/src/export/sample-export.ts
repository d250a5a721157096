import type { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditRepository, type Tag } from '@telltale/plant-registry';
import type { Logger } from '@telltale/service-runtime';
import { ApiError, notAllowed, notFound, notSignedIn } from '../graphql/api.error.js';
import type { PlantData } from '../graphql/plant-data.js';
import { TenantBudget } from '../graphql/tenant-budget.js';
import { EVERY_ROLE } from '../identity/allow.decorator.js';
import type { SessionReader } from '../identity/session-reader.js';
import type { Viewer } from '../identity/viewer.js';
import { EXPORT_FORMATS, exportRequest, type ExportRequest } from './export-request.js';
import type { ExportedPiece } from './exported-samples.js';
import { watchedStream } from './reader-watch.js';

export const EXPORT_PATH = '/export/samples';
/** Of one tenant; the next ones wait a little, then they are refused. */
const EXPORTS = { atOnce: 2, waiting: 4, patienceMs: 5_000 };
const RETRY_AFTER_S = 10;
const READER = { patienceMs: 60_000, checkEveryMs: 2_500 };

export interface ExportParts {
  readonly sessions: SessionReader;
  readonly data: PlantData;
  /** Shared with operations: each piece that is read takes a turn. */
  readonly budget: TenantBudget;
  readonly logger: Logger;
}

/** Samples as a file that is made while it is sent: as slow as its reader, ended when he goes or stalls, with his session or with the api. */
export class SampleExport {
  private readonly running = new Set<Readable>();
  private readonly exports = new TenantBudget(EXPORTS);
  private readonly audit: AuditRepository;

  constructor(private readonly parts: ExportParts) {
    this.audit = new AuditRepository(parts.data.registry);
  }

  attach(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.route({ method: 'GET', url: EXPORT_PATH, exposeHeadRoute: false, handler: (request, reply) => this.answer(request, reply) });
    fastify.addHook('preClose', async () => {
      for (const stream of this.running) stream.destroy();
    });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const token = this.parts.sessions.tokenOf(request);
      const viewer = await this.parts.sessions.viewer(token);
      if (viewer === null) throw withStatus(notSignedIn(), 401);
      if (!EVERY_ROLE.includes(viewer.role)) throw withStatus(notAllowed('export', EVERY_ROLE), 403);
      const asked = exportRequest(request.query);
      const tags = await this.tags(viewer, asked);
      const leave = await this.exports.enter(viewer.tenant.tenantId);
      try {
        await this.record(viewer, asked);
      } catch (error) {
        leave();
        throw error;
      }
      const isSignedIn = async (): Promise<boolean> => (await this.parts.sessions.viewer(token)) !== null;
      const stream = watchedStream(EXPORT_FORMATS[asked.format].write(this.pieces(viewer, token, tags, asked)), { ...READER, isSignedIn });
      return await this.send(reply, asked, stream, tags, leave);
    } catch (error) {
      return refuse(reply, error, this.parts.logger);
    }
  }

  private async send(reply: FastifyReply, { format }: ExportRequest, stream: Readable, tags: readonly Tag[], leave: () => void): Promise<FastifyReply> {
    this.running.add(stream);
    stream.once('close', () => {
      this.running.delete(stream);
      leave();
    });
    // The answer is broken off, so that nobody takes half a file for a whole one.
    stream.on('error', (error) => this.parts.logger.warn({ code: 'code' in error ? error.code : undefined, message: error.message }, 'an export was broken off'));
    const [only] = tags;
    const name = tags.length === 1 ? (only?.path.split('/').at(-1) ?? 'samples') : 'samples';
    return reply
      .header('content-type', EXPORT_FORMATS[format].mediaType)
      .header('content-disposition', `attachment; filename="${name}.${format}"`)
      .header('cache-control', 'no-store')
      .send(stream);
  }

  private async *pieces(viewer: Viewer, token: string | null, tags: readonly Tag[], { range }: ExportRequest): AsyncGenerator<ExportedPiece> {
    const { budget, data, sessions } = this.parts;
    for (const tag of tags) {
      const pieces = data.series.pieces(viewer.tenant, tag.tagId, range)[Symbol.asyncIterator]();
      for (;;) {
        if ((await sessions.viewer(token)) === null) throw notSignedIn();
        const piece = await budget.run(viewer.tenant.tenantId, () => pieces.next());
        if (piece.done === true) break;
        yield { tag, samples: piece.value };
      }
    }
  }

  private async tags({ tenant }: Viewer, { tagIds }: ExportRequest): Promise<readonly Tag[]> {
    const found = new Map((await this.parts.data.tags.byIds(tenant, tagIds)).map((tag) => [tag.tagId, tag]));
    return tagIds.map((tagId) => {
      const tag = found.get(tagId);
      if (tag === undefined) throw withStatus(notFound('tag'), 404);
      return tag;
    });
  }

  private async record({ tenant, userId }: Viewer, { tagIds, range, format }: ExportRequest): Promise<void> {
    const [from, to] = [range.fromUs, range.toUs].map((us) => new Date(us / 1000).toISOString());
    const detail = { tagIds: [...tagIds], from: from ?? '', to: to ?? '', format };
    await this.audit.append(tenant, { actorKind: 'user', actorId: userId, action: 'samples-exported', subject: `user ${userId}`, detail });
  }
}

const withStatus = (error: ApiError, status: number): ApiError => new ApiError(String(error.extensions['code']), error.message, status);

function refuse(reply: FastifyReply, error: unknown, logger: Logger): FastifyReply {
  const known = error instanceof ApiError;
  if (!known) logger.error({ message: error instanceof Error ? error.message : String(error) }, 'an export could not begin');
  // An id that is none, or of something else, is refused like one that nobody has.
  const status = !known ? 503 : error.status === 200 ? 404 : error.status;
  const message = known ? error.message : 'The export can’t begin at present: try again in a few seconds.';
  if (status === 429 || status === 503) void reply.header('retry-after', RETRY_AFTER_S);
  return reply.status(status).send({ errors: [{ message, extensions: { code: known ? error.extensions['code'] : 'UNAVAILABLE' } }] });
}
