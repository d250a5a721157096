import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '@telltale/service-runtime';
import { OPERATION_LIMITS } from '../graphql/operation-limits.js';
import { GRAPHQL_PATH } from '../graphql/own-requests-only.js';
import { CloseCode, liveOperations, type LiveExtra, type LiveParts } from './live-operations.js';
import { isOwnOrigin } from './own-origin.js';

const PING_EVERY_MS = 15_000;
const CLOSE_WITHIN_MS = 1_000;
/** RFC 6455 §7.4.1: the server goes away. */
const GOING_AWAY = 1001;

/** Live connections on the address of GraphQL. */
export class LiveEndpoint {
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: OPERATION_LIMITS.bodyBytes, handleProtocols: (offered) => handleProtocols(offered) });
  private readonly server: Server<LiveExtra>;
  private readonly logger: Logger;

  constructor(
    parts: LiveParts,
    private readonly origins: readonly string[],
  ) {
    this.server = makeServer(liveOperations(parts));
    this.logger = parts.logger;
  }

  /** Takes the upgrades of the application's server, until it closes. */
  attach(app: NestFastifyApplication): void {
    app.getHttpServer().on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.accept(request, socket, head));
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('preClose', () => this.close());
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== GRAPHQL_PATH) return refuse(socket, '404 Not Found');
    if (!isOwnOrigin(request, this.origins)) return refuse(socket, '403 Forbidden');
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.opened(opened, request));
  }

  private opened(socket: WebSocket, request: IncomingMessage): void {
    let answered = true;
    const pings = setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, PING_EVERY_MS);
    socket.on('pong', () => (answered = true));
    // The close that follows an error says everything.
    socket.on('error', () => undefined);
    const closed = this.server.opened(
      {
        protocol: socket.protocol,
        send: (message) => sent(socket, message),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => socket.on('message', (message: Buffer) => void take(message.toString('utf8')).catch((error: unknown) => this.failed(socket, error))),
      },
      { request },
    );
    socket.once('close', (code, reason) => {
      clearInterval(pings);
      closed(code, reason.toString('utf8')).catch((error: unknown) => this.failed(socket, error));
    });
  }

  private failed(socket: WebSocket, error: unknown): void {
    this.logger.error({ err: error }, 'a live connection failed');
    socket.close(CloseCode.InternalServerError, 'Something went wrong on our side.');
  }

  private async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.close(GOING_AWAY, 'The api is being closed.');
    const deadline = Date.now() + CLOSE_WITHIN_MS;
    while (this.sockets.clients.size > 0 && Date.now() < deadline) await new Promise((later) => setTimeout(later, 20));
    for (const socket of this.sockets.clients) socket.terminate();
  }
}

const sent = (socket: WebSocket, message: string): Promise<void> =>
  new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    // A connection that breaks while something is sent is told by its close.
    socket.send(message, (error) => (error && socket.readyState === socket.OPEN ? reject(error) : resolve()));
  });

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
