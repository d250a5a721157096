// Speaks the line protocol of test/line-device.ts: a real TCP connection, one JSON object per line.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { ConfigurationError, TemporaryError } from '@telltale/connector-sdk';

class PushConnector {
  constructor(settings, host) {
    this.settings = settings;
    this.host = host;
    this.tags = new Map();
    this.waiting = new Map();
    this.nextRequest = 1;
  }

  async open() {
    this.closed = false;
    await this.link();
  }

  link() {
    return new Promise((resolve, reject) => {
      const socket = connect(this.settings.port, '127.0.0.1');
      this.socket = socket;
      socket.on('error', (cause) => reject(new TemporaryError('push.unreachable', 'Device', `does not answer (${cause.code})`, 'Check its power and its cable.', { cause })));
      socket.on('connect', () => {
        socket.write(`${JSON.stringify({ subscribe: [...this.tags.keys()] })}\n`);
        this.host.state({ kind: 'connected' });
        resolve();
      });
      createInterface({ input: socket }).on('line', (line) => this.take(JSON.parse(line))).on('error', () => {});
      socket.on('close', () => {
        for (const { reject: fail } of this.waiting.values()) fail(new TemporaryError('push.cut', 'Device', 'closed the connection', 'It is tried again.'));
        this.waiting.clear();
        if (this.closed) return;
        this.host.state({ kind: 'disconnected', code: 'push.cut', reason: 'The device closed the connection.' });
        this.timer = setTimeout(() => this.link().catch(() => {}), 100);
      });
    });
  }

  take(message) {
    if (message.samples) {
      const known = message.samples.filter((sample) => this.tags.has(sample.name));
      const first = known[0]?.at;
      if (message.first && this.lastUs && first > this.lastUs + 150_000) {
        this.host.missed({ tagIds: [...this.tags.values()], fromUs: this.lastUs, toUs: first, reason: 'The device was out of reach.' });
      }
      if (first) this.lastUs = Math.max(this.lastUs ?? 0, ...known.map((sample) => sample.at));
      this.host.emit(known.map(({ name, at, value }) => ({ tagId: this.tags.get(name), value, status: 0, sourceTimeUs: at })));
    } else this.waiting.get(message.answer)?.resolve(message.history);
  }

  async close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.destroy();
  }

  async probe() {
    return { ok: true, message: 'The device answers.' };
  }

  async setTags(tags) {
    this.tags = new Map(tags.map((tag) => [tag.address.name, tag.tagId]));
    if (this.socket?.readyState === 'open') this.socket.write(`${JSON.stringify({ subscribe: [...this.tags.keys()] })}\n`);
  }

  async *readHistory(tag, fromUs, toUs) {
    const request = this.nextRequest++;
    const samples = await new Promise((resolve, reject) => {
      if (this.socket?.readyState !== 'open') throw new TemporaryError('push.cut', 'Device', 'is not connected', 'It is tried again.');
      this.waiting.set(request, { resolve, reject });
      this.socket.write(`${JSON.stringify({ history: tag.address.name, request, fromUs, toUs })}\n`);
    });
    for (let at = 0; at < samples.length; at += 500) {
      yield samples.slice(at, at + 500).map((sample) => ({ tagId: tag.tagId, value: sample.value, status: 0, sourceTimeUs: sample.at }));
    }
  }
}

export default {
  parseSettings(raw) {
    if (!Number.isInteger(raw?.port)) throw new ConfigurationError('push.settings', 'Endpoint', 'has no port', 'Give the port of the device.');
    return raw;
  },
  parseAddress(raw) {
    if (typeof raw?.name !== 'string') throw new ConfigurationError('push.address', 'Tag', 'has no name', 'Give the name of the tag in the device.');
    return raw;
  },
  create: (settings, host) => new PushConnector(settings, host),
};
