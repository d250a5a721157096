import { crc16 } from './crc16.js';
import type { Framing, Received } from './framing.js';
import { dataBytes, FUNCTION_OF, readAnswer, requestPdu, type ReadRequest } from './read-request.js';

const EXCEPTION_BYTES = 5;

/** Serial frames: unit, PDU, CRC (Modbus over Serial Line V1.02 §2.5.1). They carry no number, so a late answer can't be told apart. */
export class RtuFraming implements Framing {
  private waiting: ReadRequest | undefined;

  send(request: ReadRequest): Buffer {
    this.waiting = request;
    const body = Buffer.concat([Buffer.from([request.unit]), requestPdu(request)]);
    const crc = Buffer.alloc(2);
    crc.writeUInt16LE(crc16(body));
    return Buffer.concat([body, crc]);
  }

  receive(pending: Buffer): Received {
    const broken = (reason: string): Received => ({ kind: 'answer', bytes: pending.length, answer: { kind: 'broken', reason } });
    const request = this.waiting;
    if (!request) return pending.length === 0 ? { kind: 'incomplete' } : broken('bytes that nobody asked for');
    if (pending.length < 2) return { kind: 'incomplete' };
    if (pending[0] !== request.unit) return broken(`unit ${pending[0]} instead of ${request.unit}`);
    const functionCode = FUNCTION_OF[request.table];
    const isException = pending[1] === (functionCode | 0x80);
    if (!isException && pending[1] !== functionCode) return broken(`function ${pending[1]} instead of ${functionCode}`);
    // The length must be the one of the right answer: a lying byte count never decides how much is read.
    const length = isException ? EXCEPTION_BYTES : 5 + dataBytes(request);
    if (pending.length < length) return { kind: 'incomplete' };
    if (pending.length > length) return broken(`${pending.length - length} bytes too many`);
    if (pending.readUInt16LE(length - 2) !== crc16(pending, 0, length - 2)) return broken('wrong CRC');
    this.waiting = undefined;
    return { kind: 'answer', bytes: length, answer: readAnswer(request, pending.subarray(1, length - 2)) };
  }

  giveUp(): boolean {
    this.waiting = undefined;
    return false;
  }

  reset(): void {
    this.waiting = undefined;
  }
}
