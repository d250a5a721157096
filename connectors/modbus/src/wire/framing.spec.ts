import { describe, expect, it } from '@jest/globals';
import { crc16 } from './crc16.js';
import type { ReadRequest } from './read-request.js';
import { RtuFraming } from './rtu-framing.js';
import { TcpFraming } from './tcp-framing.js';

const request: ReadRequest = { unit: 17, table: 'holding', first: 0x6b, count: 3 };
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('frames of the specification', () => {
  it('writes the request of §6.3 in both framings', () => {
    expect(new TcpFraming(0x0000).send(request).toString('hex')).toBe('0001000000061103006b0003');
    // The often printed RTU example 11 03 00 6B 00 03 76 87.
    expect(new RtuFraming().send(request).toString('hex')).toBe('1103006b00037687');
  });

  it('knows the CRC of the check string', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
  });
});

describe('TcpFraming', () => {
  const waiting = (): TcpFraming => {
    const framing = new TcpFraming(0);
    framing.send(request);
    return framing;
  };

  it('takes the right answer, also in pieces', () => {
    const framing = waiting();
    const answer = hex('0001 0000 0009 11 03 06 022b 0000 0064');
    for (let cut = 0; cut < answer.length; cut++) expect(framing.receive(answer.subarray(0, cut)).kind).toBe('incomplete');
    expect(framing.receive(answer)).toEqual({ kind: 'answer', bytes: 15, answer: { kind: 'data', data: hex('022b00000064') } });
  });

  it.each([
    ['another transaction', '0002 0000 0009 11 03 06 022b 0000 0064'],
    ['another protocol', '0001 0001 0009 11 03 06 022b 0000 0064'],
    ['another unit', '0001 0000 0009 12 03 06 022b 0000 0064'],
    ['another function', '0001 0000 0009 11 04 06 022b 0000 0064'],
    ['a greater byte count', '0001 0000 0009 11 03 08 022b 0000 0064'],
    ['a smaller byte count', '0001 0000 0009 11 03 04 022b 0000 0064'],
    ['fewer data than counted', '0001 0000 0007 11 03 06 022b 0000'],
    ['a length no frame has', '0001 0000 ffff 11 03 06'],
    ['an exception with too much behind it', '0001 0000 0004 11 83 02 00'],
  ])('takes %s for broken', (_what, text) => {
    const received = waiting().receive(hex(text));
    expect(received).toMatchObject({ kind: 'answer', answer: { kind: 'broken' } });
  });

  it('drops the late answer of a request that was given up, and takes the next one', () => {
    const framing = waiting();
    expect(framing.giveUp()).toBe(true);
    framing.send(request);
    const late = hex('0001 0000 0009 11 03 06 aaaa aaaa aaaa');
    const next = hex('0002 0000 0009 11 03 06 022b 0000 0064');
    expect(framing.receive(Buffer.concat([late, next]))).toEqual({ kind: 'late', bytes: 15 });
    expect(framing.receive(next)).toMatchObject({ answer: { kind: 'data' } });
  });
});

describe('RtuFraming', () => {
  const withCrc = (text: string): Buffer => {
    const body = hex(text);
    const crc = Buffer.alloc(2);
    crc.writeUInt16LE(crc16(body));
    return Buffer.concat([body, crc]);
  };

  it('takes the right answer and an exception', () => {
    const framing = new RtuFraming();
    framing.send(request);
    expect(framing.receive(withCrc('11 03 06 022b 0000 0064'))).toMatchObject({ answer: { kind: 'data' } });
    framing.send(request);
    expect(framing.receive(withCrc('11 83 02'))).toMatchObject({ answer: { kind: 'exception', exceptionCode: 2 } });
  });

  it('takes no answer in which a single bit is wrong', () => {
    const right = withCrc('11 03 06 022b 0000 0064');
    for (let bit = 0; bit < right.length * 8; bit++) {
      const framing = new RtuFraming();
      framing.send(request);
      const flipped = Buffer.from(right);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const received = framing.receive(flipped);
      expect(received.kind === 'answer' && received.answer.kind === 'data').toBe(false);
    }
  });

  it('drops the late answer of another unit, and takes none of the same unit twice', () => {
    const framing = new RtuFraming();
    framing.send({ ...request, unit: 9 });
    expect(framing.giveUp()).toBe(true);
    framing.send(request);
    const late = withCrc('09 03 06 aaaa aaaa aaaa');
    const next = withCrc('11 03 06 022b 0000 0064');
    expect(framing.receive(Buffer.concat([late, next]))).toEqual({ kind: 'late', bytes: late.length });
    expect(framing.receive(next)).toMatchObject({ answer: { kind: 'data' } });
    framing.send(request);
    expect(framing.receive(late)).toMatchObject({ answer: { kind: 'broken' } });
  });

  describe('with echo', () => {
    const sent = hex('1103006b00037687');

    it('takes the request off before the answer, in any pieces', () => {
      const answer = withCrc('11 03 06 022b 0000 0064');
      const framing = new RtuFraming(true);
      framing.send(request);
      for (let cut = 0; cut < sent.length; cut++) expect(framing.receive(sent.subarray(0, cut)).kind).toBe('incomplete');
      expect(framing.receive(Buffer.concat([sent, answer]))).toEqual({ kind: 'late', bytes: 8 });
      expect(framing.receive(answer)).toMatchObject({ answer: { kind: 'data' } });
    });

    it('finds a request that was disturbed on its way, and one that did not come back', () => {
      for (const wrong of [hex('1103006b00037688'), withCrc('11 03 06 022b 0000 0064')]) {
        const framing = new RtuFraming(true);
        framing.send(request);
        expect(framing.receive(wrong)).toMatchObject({ answer: { kind: 'broken', reason: 'the request did not come back as it was sent' } });
      }
    });

    it('says so when it comes back unexpectedly', () => {
      const framing = new RtuFraming();
      framing.send(request);
      expect(framing.receive(Buffer.concat([sent, withCrc('11 03 06 022b 0000 0064')]))).toMatchObject({ answer: { reason: 'the request itself came back: set "serial.echo"' } });
    });
  });

  it('closes on bytes that nobody asked for', () => {
    expect(new RtuFraming().receive(hex('11'))).toMatchObject({ answer: { kind: 'broken' } });
  });
});
