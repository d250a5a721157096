import { describe, expect, test } from '@jest/globals';
import { Status } from '@telltale/tag-sample';
import type { Connector, ConnectorFactory, ConnectorHost, ConnectorTag, Observation } from '../connector.js';
import { ConfigurationError, TemporaryError } from '../connector.errors.js';
import { runs } from './conformance-cases.js';
import { CONFORMANCE_CASES, type ConformanceCase, type ConformanceDevice, type ConformanceSubject } from './conformance-subject.js';

// A protocol in memory, honest or with one planted fault: the kit must tell them apart.
type Fault = 'forgets a tag' | 'NaN is good' | 'missing is good' | 'missing is zero' | 'milliseconds' | 'plain error' | 'gives up' | 'ignores removal' | 'reconnects' | 'keeps the line' | 'talks after close' | 'silent in outage' | 'probe lies' | 'opens nothing';

interface Line {
  readonly values: number[];
  up: boolean;
  connections: number;
}
const lines = new Map<number, Line>();
let nextLine = 1;

const factory = (fault?: Fault): ConnectorFactory<number, number> => ({
  parseSettings: (raw) => parse('memory.settings-invalid', raw, fault),
  parseAddress: (raw) => parse('memory.address-invalid', raw, fault),
  create: (line, host) => connector(line, host, fault),
});

function parse(code: string, raw: unknown, fault: Fault | undefined): number {
  if (typeof raw === 'number') return raw;
  if (fault === 'plain error') throw new Error('no number');
  throw new ConfigurationError(code, 'memory', 'this is no number', 'Write a number here.');
}

function connector(id: number, host: ConnectorHost, fault: Fault | undefined): Connector<number> {
  let tags: readonly ConnectorTag<number>[] = [];
  let isOpen = false;
  let late: NodeJS.Timeout | undefined;
  const line = (): Line | undefined => lines.get(id);
  const observe = ({ tagId, address }: ConnectorTag<number>): Observation => {
    const value = line()?.values[address];
    if (!line()?.up) return { tagId, value: fault === 'silent in outage' ? 1 : Number.NaN, status: fault === 'silent in outage' ? 0 : Status.BadNoCommunication };
    if (value === undefined) return { tagId, value: fault === 'missing is zero' ? 0 : Number.NaN, status: fault === 'missing is good' ? 0 : Status.BadNodeIdUnknown };
    const status = Number.isNaN(value) && fault !== 'NaN is good' ? Status.BadNoData : 0;
    return { tagId, value, status, sourceTimeUs: fault === 'milliseconds' ? Date.now() : Date.now() * 1000 };
  };
  return {
    async open() {
      const present = line();
      if (!present?.up && fault !== 'opens nothing') {
        const Kind = fault === 'gives up' ? ConfigurationError : TemporaryError;
        throw new Kind('memory.port-closed', 'memory', 'nobody listens', 'Start the device first.');
      }
      if (present && !isOpen) present.connections++;
      isOpen = true;
    },
    async close() {
      const present = line();
      if (present && isOpen && fault !== 'keeps the line') present.connections--;
      if (fault === 'talks after close') late ??= setTimeout(() => host.emit(tags.map(observe)), 100);
      isOpen = false;
    },
    async probe() {
      const ok = line()?.up === true || fault === 'probe lies';
      return { ok, message: ok ? 'The device answers.' : 'Nobody listens there.' };
    },
    async setTags(next) {
      tags = fault === 'ignores removal' ? [...tags, ...next.filter(({ tagId }) => tags.every((tag) => tag.tagId !== tagId))] : next;
      if (fault === 'reconnects' && isOpen) host.state({ kind: 'disconnected', reason: 'new tags', code: 'memory.new-tags' });
    },
    async poll(asked) {
      const answered = fault === 'ignores removal' ? tags : asked;
      return (fault === 'forgets a tag' ? answered.slice(1) : answered).map(observe);
    },
  };
}

function subject(fault?: Fault): ConformanceSubject {
  return {
    name: 'memory',
    factory: factory(fault) as ConnectorFactory,
    invalidSettings: [{ name: 'text', raw: 'a' }],
    invalidAddresses: [{ name: 'text', raw: 'a' }],
    deadSettings: -1,
    scanIntervalMs: 20,
    dataWithinMs: 1_000,
    startDevice: async (): Promise<ConformanceDevice> => {
      const id = nextLine++;
      const line: Line = { values: [0, 0, 0], up: true, connections: 0 };
      lines.set(id, line);
      return {
        settings: id,
        addresses: [0, 1, 2],
        missingAddress: 99,
        set: (index, value) => void (line.values[index] = value),
        setNotANumber: (index) => void (line.values[index] = Number.NaN),
        stop: async () => void (line.up = false),
        start: async () => void (line.up = true),
        openConnections: () => line.connections,
        dispose: async () => void lines.delete(id),
      };
    },
  };
}

describe('the conformance kit', () => {
  test.each(CONFORMANCE_CASES)('an honest connector: %s', async (name) => {
    await expect(runs[name](subject())).resolves.toBeUndefined();
  });

  test.each<[Fault, ConformanceCase]>([
    ['plain error', 'invalid settings are configuration errors'],
    ['plain error', 'invalid addresses are configuration errors'],
    ['gives up', 'a dead port is a temporary error'],
    ['opens nothing', 'a dead port is a temporary error'],
    ['forgets a tag', 'every asked tag answers'],
    ['milliseconds', 'values and source times follow the device'],
    ['missing is good', 'a bad tag is isolated'],
    ['missing is zero', 'a bad tag is isolated'],
    ['NaN is good', 'not a number is never good'],
    ['ignores removal', 'replacing the tags keeps the connection'],
    ['reconnects', 'replacing the tags keeps the connection'],
    ['silent in outage', 'an outage is declared once and heals'],
    ['keeps the line', 'close releases everything'],
    ['talks after close', 'close releases everything'],
    ['probe lies', 'probe tells good from bad'],
  ])('a connector that %s fails "%s"', async (fault, name) => {
    await expect(runs[name](subject(fault))).rejects.toThrow();
  });
});
