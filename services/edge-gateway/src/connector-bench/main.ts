import { ConnectorError } from '@telltale/connector-sdk';
import { EXIT_CODES, StartError } from '@telltale/service-runtime';
import { EndedEarlyError } from '../pulse.js';
import { parseBenchArguments } from './bench-arguments.js';
import { runConnectorBench } from './connector-bench.js';

const end = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => end.abort());
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function exitCodeOf(error: unknown): number {
  if (error instanceof EndedEarlyError) return EXIT_CODES.clean;
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof ConnectorError) return error.kind === 'configuration' ? EXIT_CODES.configuration : EXIT_CODES.unavailable;
  return error instanceof StartError ? EXIT_CODES.configuration : EXIT_CODES.internal;
}

try {
  const { samples } = await runConnectorBench(parseBenchArguments(process.argv.slice(2)), { result: (line) => void process.stdout.write(`${line}\n`), say }, end.signal);
  if (samples === 0) say('Nothing came: check the tags, the scan intervals and --for.');
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
