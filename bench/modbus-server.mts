// A Modbus TCP server that answers reads of holding registers as fast as Node can; its own process, so that it costs the measured one nothing.
import { createServer } from 'node:net';

const REQUEST_BYTES = 12;

const server = createServer((socket) => {
  socket.setNoDelay(true).on('error', () => socket.destroy());
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (; pending.length >= REQUEST_BYTES; pending = pending.subarray(REQUEST_BYTES)) {
      const first = pending.readUInt16BE(8);
      const count = pending.readUInt16BE(10);
      const answer = Buffer.allocUnsafe(9 + count * 2);
      pending.copy(answer, 0, 0, 4);
      answer.writeUInt16BE(3 + count * 2, 4);
      answer[6] = pending[6] ?? 0;
      answer[7] = pending[7] ?? 0;
      answer[8] = count * 2;
      for (let i = 0; i < count; i++) answer.writeUInt16BE((first + i) & 0xffff, 9 + i * 2);
      socket.write(answer);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0);
});
process.once('disconnect', () => process.exit());
