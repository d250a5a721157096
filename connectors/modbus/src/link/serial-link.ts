import { portError } from '../modbus.errors.js';
import { lineName, type SerialPlace } from '../modbus.settings.js';
import type { LineLink, LinkListener, OpeningLink } from './line-link.js';

/** How often a port is asked whether it is still there. */
const LIFE_SIGN_MS = 1_000;
/** What a port answers whose adapter was pulled out; a pseudo-terminal has no modem lines and answers otherwise. */
const GONE = /input\/output error|no such device|bad file/i;

/** Opening a port is a matter of milliseconds; a driver that hangs must not hold the line. */
function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the port did not open within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function open({ path, baudRate, parity, stopBits }: SerialPlace, listener: LinkListener): Promise<LineLink> {
  // Loaded here only: a gateway without serial lines never loads the native binding.
  const { SerialPort } = await import('serialport');
  // `lock`: a second master on the same port, also in another process, is refused.
  const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  let released = false;
  let gone = false;
  const end = (): void => {
    if (gone) return;
    gone = true;
    clearInterval(lifeSign);
    if (!released) listener.ended();
  };
  const closePort = (): Promise<void> => new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
  // Pulled out, the port reads as empty: the binding would read it without end, and say nothing before the next write.
  const lifeSign = setInterval(() => {
    if (!port.isOpen) return;
    port.get((error) => {
      if (!error || !GONE.test(error.message)) return;
      end();
      void closePort();
    });
  }, LIFE_SIGN_MS);
  port.on('data', (chunk: Buffer) => {
    if (!released) listener.bytes(chunk);
  });
  // A write error ends the port; the close event follows.
  port.on('error', () => undefined);
  port.on('close', end);
  port.on('end', end);
  return {
    write: (bytes) => void port.write(bytes),
    release: () => {
      released = true;
      clearInterval(lifeSign);
      return closePort();
    },
  };
}

/** A serial port of the gateway itself. */
export function openSerialLink(place: SerialPlace, withinMs: number, listener: LinkListener): OpeningLink {
  const opening = open(place, listener);
  let abandoned = false;
  const opened = within(opening, withinMs).then(
    async (link) => {
      if (!abandoned) return link;
      await link.release();
      throw portError(lineName(place), new Error('given up while opening'));
    },
    (cause: unknown) => {
      // One that opens too late is closed again.
      void opening.then((link) => link.release()).catch(() => undefined);
      throw portError(lineName(place), cause);
    },
  );
  return { opened, abandon: () => void (abandoned = true) };
}
