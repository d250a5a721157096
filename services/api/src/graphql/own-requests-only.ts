import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export const GRAPHQL_PATH = '/graphql';
/** A page of another site can't send it: browsers ask our permission first, and we give none. */
export const OWN_HEADER = 'x-telltale-request';

const refusal = (code: string, message: string): object => ({ errors: [{ message, extensions: { code } }] });

/** Cookies travel with every request of a browser; operations are taken from our own pages and from programs only. Live connections are judged by their origin. */
export function takeOwnRequestsOnly(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      if (request.url.split('?')[0] !== GRAPHQL_PATH) return;
      if (request.method !== 'POST') {
        return reply.status(405).header('allow', 'POST').send(refusal('METHOD_REFUSED', 'Send operations by POST.'));
      }
      const [type] = (request.headers['content-type'] ?? '').split(';');
      if (type?.trim().toLowerCase() !== 'application/json' || request.headers[OWN_HEADER] === undefined) {
        const wanted = `content-type: application/json and ${OWN_HEADER}: 1`;
        return reply
          .status(400)
          .send(refusal('REQUEST_REFUSED', `The request could come from a foreign page: send the headers ${wanted}.`));
      }
    });
}
