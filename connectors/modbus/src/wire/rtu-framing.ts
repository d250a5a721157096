import { crc16 } from './crc16.js';
import type { Framing, Received } from './framing.js';
import { dataBytes, FUNCTION_OF, readAnswer, writeRequestPdu, type ReadRequest } from './read-request.js';

const EXCEPTION_BYTES = 5;
export const RTU_REQUEST_BYTES = 8;

/** Bytes of the right answer, CRC included. */
export const rtuAnswerBytes = (request: ReadRequest): number => 5 + dataBytes(request);

/**
 * Serial frames: unit, PDU, CRC (Modbus over Serial Line V1.02 §2.5.1). They carry no number: the late answer of another unit is known by its unit,
 * the late answer of the same unit by nothing, so that a unit that was given up has to rest.
 */
export class RtuFraming implements Framing {
  private waiting: ReadRequest | undefined;
  private sent = Buffer.alloc(0);
  private echoPending = false;
  /** By unit. */
  private readonly givenUp = new Map<number, ReadRequest>();

  constructor(
    /** Each request comes back before its answer. */
    private readonly echo = false,
  ) {}

  send(request: ReadRequest): Buffer {
    this.waiting = request;
    this.givenUp.delete(request.unit);
    this.echoPending = this.echo;
    const frame = Buffer.allocUnsafe(RTU_REQUEST_BYTES);
    frame[0] = request.unit;
    writeRequestPdu(request, frame, 1);
    frame.writeUInt16LE(crc16(frame, 0, 6), 6);
    this.sent = frame;
    return frame;
  }

  receive(pending: Buffer): Received {
    const broken = (reason: string): Received => ({ kind: 'answer', bytes: pending.length, answer: { kind: 'broken', reason } });
    const request = this.waiting;
    if (!request) return pending.length === 0 ? { kind: 'incomplete' } : broken('bytes that nobody asked for');
    if (this.echoPending) return this.receiveEcho(pending, broken);
    if (pending.length < 2) return { kind: 'incomplete' };
    const late = pending[0] === request.unit ? undefined : this.givenUp.get(pending[0] ?? 0);
    const of = late ?? request;
    if (pending[0] !== of.unit) return broken(`unit ${pending[0]} instead of ${request.unit}`);
    const functionCode = FUNCTION_OF[of.table];
    const isException = pending[1] === (functionCode | 0x80);
    if (!isException && pending[1] !== functionCode) return broken(`function ${pending[1]} instead of ${functionCode}`);
    // The length must be the one of the right answer: a lying byte count never decides how much is read.
    const length = isException ? EXCEPTION_BYTES : rtuAnswerBytes(of);
    if (pending.length < length) return { kind: 'incomplete' };
    if (late === undefined && pending.length > length) return broken(this.isEcho(pending) ? 'the request itself came back: set "serial.echo"' : `${pending.length - length} bytes too many`);
    if (pending.readUInt16LE(length - 2) !== crc16(pending, 0, length - 2)) return broken('wrong CRC');
    if (late !== undefined) {
      this.givenUp.delete(of.unit);
      return { kind: 'late', bytes: length };
    }
    this.waiting = undefined;
    return { kind: 'answer', bytes: length, answer: readAnswer(request, pending.subarray(1, length - 2)) };
  }

  giveUp(): boolean {
    if (this.waiting) this.givenUp.set(this.waiting.unit, this.waiting);
    this.waiting = undefined;
    return true;
  }

  reset(): void {
    this.waiting = undefined;
    this.givenUp.clear();
  }

  private receiveEcho(pending: Buffer, broken: (reason: string) => Received): Received {
    const came = Math.min(pending.length, RTU_REQUEST_BYTES);
    if (this.sent.compare(pending, 0, came, 0, came) !== 0) return broken('the request did not come back as it was sent');
    if (came < RTU_REQUEST_BYTES) return { kind: 'incomplete' };
    this.echoPending = false;
    return { kind: 'late', bytes: RTU_REQUEST_BYTES };
  }

  private readonly isEcho = (pending: Buffer): boolean => pending.length >= RTU_REQUEST_BYTES && this.sent.compare(pending, 0, RTU_REQUEST_BYTES) === 0;
}
