import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** The port itself when it is free on 127.0.0.1; for 0 any free one. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) => {
      const error = new EmbeddedPostgresError(
        'POSTGRES_PORT_IN_USE',
        `Port ${port} on 127.0.0.1 is taken`,
        'stop the program that uses it, or choose another port for the database',
      );
      error.cause = cause;
      reject(error);
    });
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
