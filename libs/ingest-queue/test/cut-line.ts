import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { urlOf } from '@telltale/service-runtime';

/** A TCP relay in front of a real server: while it is cut, connections break and new ones are refused. */
export async function relayTo(host: string, port: number) {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = Number(new URL(urlOf(server.address())).port);
  return {
    port: own,
    async cut(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    async heal(): Promise<void> {
      server.listen(own, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
