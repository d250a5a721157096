import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogLevel } from './logger.js';
import { NestLogger } from './nest-logger.js';

function collect(level: LogLevel, isTTY = false) {
  const lines: string[] = [];
  return { lines, logger: createLogger('ingest', level, { isTTY, write: (line) => lines.push(line) }) };
}

describe('createLogger', () => {
  it('writes one JSON line with service and ISO time, and never a secret', () => {
    const { lines, logger } = collect('info');
    logger.info({ channel: { secret: 'hush', name: 'crew' }, password: 'hush' }, 'saved');
    logger.debug('not written');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      service: 'ingest',
      msg: 'saved',
      channel: { secret: '[secret]', name: 'crew' },
      password: '[secret]',
    });
    expect(lines[0]).not.toContain('hush');
  });

  it('writes a readable single line to a terminal even when the text carries a line break', () => {
    const { lines, logger } = collect('info', true);
    logger.warn({ gatewayId: 7 }, 'first\nsecond');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}ingest: first second \{"gatewayId":7\}\n$/);
  });

  it('passes on warnings and errors of Nest but no banner', () => {
    const { lines, logger } = collect('debug');
    const nest = new NestLogger(logger);
    nest.log();
    nest.warn('odd', 'Router');
    nest.error(new Error('broken'));
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['odd', 'broken']);
  });
});
