import type { Framing, Received } from './framing.js';
import { readAnswer, REQUEST_PDU_BYTES, writeRequestPdu, type ReadRequest } from './read-request.js';

const MBAP_BYTES = 7;
const MAX_ADU_BYTES = 260;
const MAX_GIVEN_UP = 32;

/** MBAP header (Modbus Messaging on TCP/IP V1.0b §3.1.3): transaction, protocol 0, length, unit. */
export class TcpFraming implements Framing {
  private transaction: number;
  private waiting: ReadRequest | undefined;
  private readonly givenUp = new Set<number>();

  constructor(firstTransaction = Math.floor(Math.random() * 65_536)) {
    this.transaction = firstTransaction;
  }

  send(request: ReadRequest): Buffer {
    do this.transaction = (this.transaction + 1) & 0xffff;
    while (this.givenUp.has(this.transaction));
    this.waiting = request;
    const frame = Buffer.allocUnsafe(MBAP_BYTES + REQUEST_PDU_BYTES);
    frame.writeUInt16BE(this.transaction, 0);
    frame.writeUInt16BE(0, 2);
    frame.writeUInt16BE(REQUEST_PDU_BYTES + 1, 4);
    frame[6] = request.unit;
    writeRequestPdu(request, frame, MBAP_BYTES);
    return frame;
  }

  receive(pending: Buffer): Received {
    if (pending.length < MBAP_BYTES) return { kind: 'incomplete' };
    const length = pending.readUInt16BE(4) + 6;
    const broken = (reason: string): Received => ({ kind: 'answer', bytes: pending.length, answer: { kind: 'broken', reason } });
    if (pending.readUInt16BE(2) !== 0) return broken(`protocol ${pending.readUInt16BE(2)} is not Modbus`);
    if (length < MBAP_BYTES + 2 || length > MAX_ADU_BYTES) return broken(`a frame of ${length} bytes does not exist`);
    const transaction = pending.readUInt16BE(0);
    if (pending.length < length) return { kind: 'incomplete' };
    if (this.givenUp.delete(transaction)) return { kind: 'late', bytes: length };
    if (!this.waiting) return broken('an answer that nobody asked for');
    if (transaction !== this.transaction) return broken(`transaction ${transaction} instead of ${this.transaction}`);
    if (pending[6] !== this.waiting.unit) return broken(`unit ${pending[6]} instead of ${this.waiting.unit}`);
    const answer = readAnswer(this.waiting, pending.subarray(MBAP_BYTES, length));
    this.waiting = undefined;
    return { kind: 'answer', bytes: length, answer };
  }

  giveUp(): boolean {
    if (this.waiting) this.givenUp.add(this.transaction);
    this.waiting = undefined;
    return this.givenUp.size <= MAX_GIVEN_UP;
  }

  reset(): void {
    this.waiting = undefined;
    this.givenUp.clear();
  }
}
