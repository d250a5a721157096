import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The console that was built beside the api, in the repository and in the image. */
const DEFAULT_DIR = resolve(import.meta.dirname, '..', '..', 'console', 'dist');

/** Scripts and connections from our own address only; charts and the component library set styles in elements. */
export const CONSOLE_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Without TLS in front (a laptop) the header would lock browsers out of http://localhost.
  strictTransportSecurity: false,
};

/** Serves the built files; every other page address gets index.html, where the console's own router goes on. */
export async function serveConsole(app: NestFastifyApplication, folder = DEFAULT_DIR): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  if (!existsSync(join(folder, 'index.html'))) {
    fastify.get('/', (_request, reply) => reply.status(503).type('text/plain').send('The console is not built here. Run `npm run build` and start again.'));
    return;
  }
  await fastify.register(fastifyStatic, { root: folder, wildcard: false, index: false, preCompressed: true, immutable: true, maxAge: '365d', serveDotFiles: false });
  const page = (_request: unknown, reply: import('fastify').FastifyReply): unknown =>
    reply.header('cache-control', 'no-cache').sendFile('index.html', { maxAge: 0, immutable: false });
  fastify.get('/', page);
  fastify.get('/*', (request, reply) => (request.url.startsWith('/assets/') ? reply.status(404).send() : page(request, reply)));
}
