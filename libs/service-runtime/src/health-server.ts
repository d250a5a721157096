import { createServer } from 'node:http';
import { HEALTH_PATHS, healthAnswer, type Health } from './health.js';
import { listenError, urlOf, type ListenAddress } from './listening.js';

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The small HTTP server of a service that has no HTTP interface of its own. */
export async function startHealthServer(address: ListenAddress, health: Health): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = HEALTH_PATHS.find((known) => known === request.url?.split('?')[0]);
    if (path === undefined || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    healthAnswer(path, health).then(
      ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address)));
    server.listen(address.port, address.host, resolve);
  });
  return {
    url: urlOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
