// Asks the line device of test/line-device.ts for its present values; like Modbus it has no time of its own.
import { connect } from 'node:net';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ConfigurationError, TemporaryError } from '@telltale/connector-sdk';

class PollConnector {
  constructor(settings, host) {
    this.settings = settings;
    this.password = settings.secret === undefined ? null : host.secret(settings.secret);
  }

  async open() {
    this.socket = connect(this.settings.port, '127.0.0.1');
    this.socket.on('error', () => {});
    const [outcome] = await Promise.race([once(this.socket, 'connect').then(() => [null]), once(this.socket, 'close').then(() => ['closed'])]);
    if (outcome) throw new TemporaryError('poll.unreachable', 'Device', 'does not answer', 'Check its power and its cable.');
    this.lines = createInterface({ input: this.socket })[Symbol.asyncIterator]();
  }

  async close() {
    this.socket?.destroy();
  }

  async probe() {
    return { ok: true, message: 'The device answers.' };
  }

  async setTags() {}

  async poll(tags) {
    this.socket.write(`${JSON.stringify({ poll: tags.map((tag) => tag.address.name) })}\n`);
    const { value: line, done } = await this.lines.next();
    if (done) throw new TemporaryError('poll.cut', 'Device', 'closed the connection', 'It is tried again.');
    const { values } = JSON.parse(line);
    return tags.map((tag, i) => (values[i] === null ? { tagId: tag.tagId, value: NaN, status: 0x80050000 } : { tagId: tag.tagId, value: values[i], status: 0 }));
  }
}

export default {
  parseSettings(raw) {
    if (!Number.isInteger(raw?.port)) throw new ConfigurationError('poll.settings', 'Endpoint', 'has no port', 'Give the port of the device.');
    return raw;
  },
  parseAddress(raw) {
    if (typeof raw?.name !== 'string') throw new ConfigurationError('poll.address', 'Tag', 'has no name', 'Give the name of the tag in the device.');
    return raw;
  },
  create: (settings, host) => new PollConnector(settings, host),
};
