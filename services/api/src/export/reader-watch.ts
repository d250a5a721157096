import { Readable } from 'node:stream';
import { ApiError, notSignedIn } from '../graphql/api.error.js';

export interface ReaderWatch {
  /** A reader who takes nothing for so long has gone, whatever his connection says. */
  readonly patienceMs: number;
  readonly checkEveryMs: number;
  readonly isSignedIn: () => Promise<boolean>;
}

/** Made as it is read; broken off when its reader takes nothing any more, or when his session has ended while he waits. */
export function watchedStream(chunks: AsyncIterable<Uint8Array | string>, { patienceMs, checkEveryMs, isSignedIn }: ReaderWatch): Readable {
  // While nothing is ready for the reader it is not he who is slow.
  let readySinceMs: number | null = null;
  async function* told(): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of chunks) {
      readySinceMs = performance.now();
      yield chunk;
      readySinceMs = null;
    }
    readySinceMs = performance.now();
  }
  const stream = Readable.from(told(), { objectMode: false });
  const check = async (): Promise<void> => {
    if (readySinceMs !== null && performance.now() - readySinceMs > patienceMs) stream.destroy(new ApiError('EXPORT_STALLED', 'Nothing of the export was taken for too long: ask for it again.'));
    else if (!(await isSignedIn())) stream.destroy(notSignedIn());
  };
  // Where the database does not answer, the next check asks again.
  const timer = setInterval(() => void check().catch(() => undefined), checkEveryMs);
  stream.once('close', () => clearInterval(timer));
  return stream;
}
