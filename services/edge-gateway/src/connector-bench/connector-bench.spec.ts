import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testConnectors } from '../../test/gateway-room.js';
import { LineDevice } from '../../test/line-device.js';
import { durationMs, parseBenchArguments } from './bench-arguments.js';
import { runConnectorBench } from './connector-bench.js';
import { addressOf, csvRows, tagLines } from './tag-table.js';

describe('tags.csv', () => {
  it.each([
    ['a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
    ['\uFEFFa;b\r\n"x;""y""";2', [['a', 'b'], ['x;"y"', '2']]],
    ['a,b\n"line\nbreak",2\n', [['a', 'b'], ['line\nbreak', '2']]],
  ])('%j is read', (text, rows) => {
    expect(csvRows(text)).toEqual(rows);
  });

  it('gives each tag its interval and address, typed, nested', () => {
    const lines = tagLines('tag,scan_interval_ms,register,flags.swap,node\nt1,500,40001,true,\n# note,,,,\nt2,,7,,ns=2;s=x\n', 'tags.csv');
    expect(lines.map(({ address, ...rest }) => ({ ...rest, address: addressOf(address) }))).toEqual([
      { line: 2, tag: 't1', scanIntervalMs: 500, address: { register: 40001, flags: { swap: true } } },
      { line: 4, tag: 't2', scanIntervalMs: 1000, address: { register: 7, node: 'ns=2;s=x' } },
    ]);
  });

  it.each([
    ['name\nx\n', 'tags.csv has no column "tag"'],
    ['tag,a\nx\n', 'tags.csv:2 has 1 fields instead of 2'],
    ['tag\nx\nx\n', 'tags.csv:3 names the tag "x" again, it is in line 2'],
    ['tag,scan_interval_ms\nx,5\n', 'tags.csv:2 has the scan interval "5"'],
    ['tag\n', 'tags.csv names no tag'],
  ])('%j is refused with file and line', (text, message) => {
    expect(() => tagLines(text, 'tags.csv')).toThrow(message);
  });
});

describe('the arguments', () => {
  it.each([['10s', 10_000], ['500ms', 500], ['2m', 120_000], ['1.5h', 5_400_000]])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));
  it.each([[['opcua'], '--settings is missing'], [['--settings', 'x'], 'Name exactly one connector'], [['m', '--settings', 'x'], '--tags or --browse'], [['m', '--nonsense'], 'Unknown option']])('%j is refused', (argv, message) => {
    expect(() => parseBenchArguments(argv)).toThrow(message);
  });
});

describe('the bench of a connector', () => {
  let device: LineDevice;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
    device = new LineDevice(['t1', 't2'], 50);
    await device.start();
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ port: device.port }));
    writeFileSync(join(folder, 'tags.csv'), 'tag,scan_interval_ms,name\nfirst,100,t1\nsecond,100,t2\n');
  });
  afterEach(async () => {
    await device.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = async (...argv: string[]): Promise<{ lines: Record<string, unknown>[]; samples: number }> => {
    const lines: Record<string, unknown>[] = [];
    const args = parseBenchArguments([...argv, '--connectors', testConnectors]);
    const { samples } = await runConnectorBench(args, { result: (line) => void lines.push(JSON.parse(line)), say: () => {} }, new AbortController().signal);
    return { lines, samples };
  };
  const files = (): string[] => ['--settings', join(folder, 'settings.json'), '--tags', join(folder, 'tags.csv')];

  it.each(['push-device', 'poll-device'])('prints the samples of %s as NDJSON', async (type) => {
    const { lines, samples } = await run(type, ...files(), '--for', '600ms');
    expect(samples).toBeGreaterThan(6);
    expect(lines).toHaveLength(samples);
    expect(lines[0]).toEqual({
      tag: expect.stringMatching(/first|second/),
      sourceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      serverTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      value: expect.any(Number),
      status: '0x00000000',
    });
  });

  it('says clearly what is wrong', async () => {
    await expect(run('profibus', ...files())).rejects.toThrow('There is no connector "profibus". Use one of: poll-device, push-device.');
    await expect(run('push-device', '--settings', join(folder, 'no.json'), '--tags', 'x')).rejects.toThrow(/no\.json can't be read/);
    writeFileSync(join(folder, 'tags.csv'), 'tag,nome\nfirst,t1\n');
    await expect(run('push-device', ...files())).rejects.toThrow(/tags\.csv:2 \(first\): Tag: has no name/);
    await expect(run('push-device', '--settings', join(folder, 'settings.json'), '--browse', '*')).rejects.toThrow('The connector "push-device" can\'t browse');
    await device.unplug();
    writeFileSync(join(folder, 'tags.csv'), 'tag,name\nfirst,t1\n');
    await expect(run('push-device', ...files())).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
    await device.listen();
  });
});
