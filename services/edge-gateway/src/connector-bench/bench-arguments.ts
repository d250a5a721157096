import { parseArgs } from 'node:util';
import { StartError } from '@telltale/service-runtime';

export interface BenchArguments {
  readonly connector: string;
  readonly settingsFile: string;
  readonly tagsFile: string | null;
  readonly forMs: number;
  readonly browse: string | null;
  /** The output of an earlier browse: only the differences are printed. */
  readonly sinceFile: string | null;
  readonly secretsFolder: string | null;
  readonly connectorsFolder: string | null;
  readonly storageFolder: string | null;
}

const USAGE = "Use: npm run connector -- <opcua|modbus> --settings settings.json --tags tags.csv [--for 10s] [--secrets folder] [--storage folder], or with --browse 'glob' [--since earlier.ndjson] in place of --tags";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `10s`, `500ms`, `2m`, `1h` as ms. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS[unit ?? ''];
  if (amount === undefined || factor === undefined) throw new StartError('ARGUMENT_INVALID', `--for ${text} is no duration`, 'Write it like 500ms, 10s, 2m or 1h');
  return Number(amount) * factor;
}

export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        settings: { type: 'string' }, tags: { type: 'string' }, for: { type: 'string' }, browse: { type: 'string' }, since: { type: 'string' },
        secrets: { type: 'string' }, connectors: { type: 'string' }, storage: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new StartError('ARGUMENT_INVALID', String(Reflect.get(Object(cause), 'message')).split('. ')[0] ?? 'The arguments are wrong', USAGE, { cause });
  }
  const { values, positionals } = parsed;
  const [connector, ...rest] = positionals;
  if (connector === undefined || rest.length > 0) throw new StartError('ARGUMENT_INVALID', 'Name exactly one connector', USAGE);
  if (values.settings === undefined) throw new StartError('ARGUMENT_INVALID', '--settings is missing', USAGE);
  if (values.tags === undefined && values.browse === undefined) throw new StartError('ARGUMENT_INVALID', '--tags or --browse is missing', USAGE);
  if (values.since !== undefined && values.browse === undefined) throw new StartError('ARGUMENT_INVALID', '--since is given without --browse', USAGE);
  return {
    connector,
    settingsFile: values.settings,
    tagsFile: values.tags ?? null,
    forMs: durationMs(values.for ?? '10s'),
    browse: values.browse ?? null,
    sinceFile: values.since ?? null,
    secretsFolder: values.secrets ?? null,
    connectorsFolder: values.connectors ?? null,
    storageFolder: values.storage ?? null,
  };
}
