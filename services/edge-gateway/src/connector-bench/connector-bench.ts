import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBrowses, ConfigurationError, type BrowsedTag, type Connector, type ConnectorFactory, type ConnectorHost, type ConnectorTag, type Observation } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';
import { loadCatalog } from '../catalog/connector-catalog.js';
import { ScanSchedule } from '../endpoint/scan-schedule.js';
import { SecretFolder } from '../endpoint/secret-folder.js';
import { pause, unlessEnded } from '../pulse.js';
import type { BenchArguments } from './bench-arguments.js';
import { browsedTags } from './browse-file.js';
import { addressOf, tagLines, type TagLine } from './tag-table.js';

export interface BenchOutput {
  /** One NDJSON line of the result. */
  result(line: string): void;
  /** What happens, for people. */
  say(line: string): void;
}

/** Tries one connector on one device, without a platform: prints samples or the browse result until the time is over or `signal`. */
export async function runConnectorBench(args: BenchArguments, output: BenchOutput, signal: AbortSignal): Promise<{ samples: number }> {
  const catalog = await loadCatalog(args.connectorsFolder ?? undefined);
  const entry = catalog.get(args.connector);
  if (!entry) throw new StartError('CONNECTOR_UNKNOWN', `There is no connector "${args.connector}"`, `Use one of: ${[...catalog.keys()].join(', ')}`);
  const { factory, manifest } = entry;
  const settings = factory.parseSettings(readJson(args.settingsFile));
  const tags = args.tagsFile === null ? [] : parseTags(factory, tagLines(readText(args.tagsFile), args.tagsFile), args.tagsFile);
  const earlier = args.sinceFile === null ? null : browsedTags(readText(args.sinceFile), args.sinceFile);
  const storage = args.storageFolder ?? mkdtempSync(join(tmpdir(), 'telltale-connector-'));
  mkdirSync(storage, { recursive: true });
  const names = new Map(tags.map((tag) => [tag.tagId, tag.tagPath]));
  let samples = 0;
  const print = (observations: readonly Observation[]): void => {
    for (const observation of observations) {
      samples++;
      output.result(sampleLine(names.get(observation.tagId) ?? String(observation.tagId), observation, nowUs()));
    }
  };
  const connector = factory.create(settings, hostOf(args, storage, print, output));
  try {
    await connector.setTags(tags);
    await unlessEnded(connector.open(), signal);
    if (args.browse !== null) samples = await browse(connector, args.browse, args.connector, earlier, output, signal);
    else await collect(connector, tags, manifest.capabilities.includes('subscribe'), args.forMs, print, signal);
    for (const { tagId, code, reason } of connector.tagProblems?.() ?? []) output.say(`${names.get(tagId) ?? tagId}: ${reason} (${code}).`);
  } finally {
    await connector.close();
    if (args.storageFolder === null) rmSync(storage, { recursive: true, force: true });
  }
  return { samples };
}

async function browse(connector: Connector, glob: string, type: string, earlier: readonly BrowsedTag[] | null, output: BenchOutput, signal: AbortSignal): Promise<number> {
  if (!connector.browse) throw new StartError('BROWSE_MISSING', `The connector "${type}" can't browse`, 'Give the addresses in --tags');
  const found: BrowsedTag[] = [];
  for await (const tag of connector.browse(glob)) {
    // Half a tree compared with a whole one would say that the other half vanished.
    if (signal.aborted) return found.length;
    found.push(tag);
    if (earlier === null) output.result(JSON.stringify(tag));
  }
  if (earlier === null) return found.length;
  const differences = compareBrowses(earlier, found);
  for (const difference of differences) output.result(JSON.stringify(difference));
  const count = (change: string): number => differences.filter((one) => one.change === change).length;
  output.say(`${found.length} nodes now, ${earlier.length} before: ${count('appeared')} appeared, ${count('vanished')} vanished, ${count('changed')} changed.`);
  return found.length;
}

async function collect(
  connector: Connector,
  tags: readonly ConnectorTag<unknown>[],
  subscribes: boolean,
  forMs: number,
  print: (observations: readonly Observation[]) => void,
  stop: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(forMs)]);
  if (subscribes || !connector.poll) return pause(forMs, signal);
  const schedule = new ScanSchedule(tags, (tag) => tag.scanIntervalMs, performance.now());
  while (!signal.aborted) {
    await pause(Math.min(1_000, schedule.nextMs() - performance.now()), signal);
    const due = signal.aborted ? [] : schedule.takeDue(performance.now());
    if (due.length > 0) print(await connector.poll(due));
  }
}

function hostOf(args: BenchArguments, storageDir: string, emit: (observations: readonly Observation[]) => void, output: BenchOutput): ConnectorHost {
  const secrets = new SecretFolder(args.secretsFolder ?? undefined);
  return {
    now: nowUs,
    emit,
    missed: ({ tagIds, fromUs, toUs, reason }) => output.say(`missed ${tagIds.length} tags from ${isoUs(fromUs)} to ${isoUs(toUs)}: ${reason}`),
    state: (change) => output.say('reason' in change ? `${change.kind}: ${change.reason}` : change.kind),
    secret: (name) => {
      if (args.secretsFolder === null) throw new ConfigurationError('bench.secrets', `Secret "${name}"`, 'is needed', 'Give the folder that holds it with --secrets.');
      return secrets.read(name);
    },
    storageDir,
  };
}

function parseTags(factory: ConnectorFactory, lines: readonly TagLine[], file: string): ConnectorTag<unknown>[] {
  return lines.map(({ line, tag, scanIntervalMs, address }, index) => {
    const parsed = { tagId: index + 1, tagPath: tag, scanIntervalMs };
    try {
      return { ...parsed, address: factory.parseAddress(addressOf(address)) };
    } catch (error) {
      // A text that looks like a number, e.g. an identifier "1234".
      try {
        return { ...parsed, address: factory.parseAddress(addressOf(address, true)) };
      } catch {
        throw new StartError('TAGS_INVALID', `${file}:${line} (${tag}): ${error instanceof Error ? error.message.replace(/\.$/, '') : String(error)}`, 'Correct this line', { cause: error });
      }
    }
  });
}

function sampleLine(tag: string, { value, status, sourceTimeUs }: Observation, serverTimeUs: number): string {
  return JSON.stringify({
    tag,
    sourceTime: isoUs(sourceTimeUs ?? serverTimeUs),
    serverTime: isoUs(serverTimeUs),
    value: Number.isFinite(value) ? value : null,
    status: `0x${status.toString(16).padStart(8, '0').toUpperCase()}`,
  });
}

const nowUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);

function isoUs(us: number): string {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return `${iso.slice(0, -1)}${String(Math.floor(us % 1000)).padStart(3, '0')}Z`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError('FILE_UNREADABLE', `The file ${file} can't be read`, 'Check its name and the rights on it', { cause });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError('SETTINGS_INVALID', `${file} is no JSON: ${cause instanceof Error ? cause.message : ''}`, 'Correct it', { cause });
  }
}
