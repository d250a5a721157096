import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayRepository, RegistryDatabase } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller, type Answer } from './api-caller.js';
import { ServedPlants } from './served-plants.js';

const PREVIEW = `query ($siteId: ID!, $file: String!, $missing: MissingTags) { plan: previewTagImport(siteId: $siteId, file: $file, missing: $missing) {
  rowCount added changed unchanged retired problemCount token rows(first: 3) { change line path fields { field before after } } problems(first: 20000) { code line column tag what remedy } } }`;
const APPLY = `mutation ($siteId: ID!, $file: String!, $missing: MissingTags, $token: String!) { plan: applyTagImport(siteId: $siteId, file: $file, missing: $missing, token: $token) { added changed unchanged retired } }`;
const EXPORT = 'query ($siteId: ID!, $format: TagFileFormat) { file: exportTags(siteId: $siteId, format: $format) { fileName mediaType content } }';

interface Plan {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly retired: number;
  readonly problemCount: number;
  readonly token: string | null;
  readonly rows: readonly unknown[];
  readonly problems: readonly { readonly code: string; readonly line: number; readonly column: string; readonly what: string }[];
}

let plants: ServedPlants;
let registry: RegistryDatabase;
let admin: ApiCaller;
let siteId: string;

/** A program that says that it sends a file. */
class Uploader extends ApiCaller {
  override post(body: unknown): Promise<Response> {
    return super.post(body, { 'x-telltale-upload': '1' });
  }
}

beforeAll(async () => {
  plants = await ServedPlants.open();
  registry = await RegistryDatabase.open(plants.database.urls.telltale_ingest);
  const { token } = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
  admin = new Uploader(plants.url, token);
  siteId = toId('site', plants.acme.plant.site.siteId);
});
afterAll(async () => {
  await registry?.close();
  await plants?.close();
});

const planOf = ({ data, text }: Answer): Plan => {
  if (!data?.['plan']) throw new Error(text);
  return data['plan'] as Plan;
};
const preview = async (file: string, missing = 'KEEP'): Promise<Plan> => planOf(await admin.ask(PREVIEW, { siteId, file, missing }));
const apply = (file: string, token: string | null, missing = 'KEEP'): Promise<Answer> => admin.ask(APPLY, { siteId, file, missing, token });
const exported = async (format: string): Promise<string> => {
  const { data } = await admin.ask(EXPORT, { siteId, format });
  return (data as { file: { content: string } }).file.content;
};
const version = async (): Promise<string | undefined> => {
  const { tenant, gateway } = plants.acme.plant;
  return (await new GatewayRepository(registry).configuration(tenant, gateway.gatewayId))?.version;
};
const counts = ({ added, changed, unchanged, retired }: Plan): number[] => [added, changed, unchanged, retired];

describe('a tag file', () => {
  it('does what was seen, once, and the gateway gets a new configuration', async () => {
    const file = 'path;name;endpoint;scan_interval_ms;address.nodeId\r\nacme/plant/air-temperature-001;Boiler;plc;1000;ns=1;s=T1\r\n'.replace('ns=1;s=T1', '"ns=1;s=T1"') + 'acme/plant/new;New;plc;500;"nsu=urn:plc;s=New"\r\n';
    const before = await version();
    const plan = await preview(file);
    expect(plan).toMatchObject({ problemCount: 0, token: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(plan.rows).toEqual([
      { change: 'CHANGED', line: 2, path: 'acme/plant/air-temperature-001', fields: [{ field: 'name', before: 'Air temperature 1', after: 'Boiler' }] },
      { change: 'ADDED', line: 3, path: 'acme/plant/new', fields: [] },
    ]);
    expect(await version()).toBe(before);
    expect(planOf(await apply(file, plan.token))).toEqual({ added: 1, changed: 1, unchanged: 0, retired: 0 });
    expect(await version()).not.toBe(before);
    expect((await apply(file, plan.token)).codes).toEqual(['IMPORT_STALE']);
    const again = await preview(file);
    expect(counts(again)).toEqual([0, 0, 2, 0]);
    const after = await version();
    expect(planOf(await apply(file, again.token))).toEqual({ added: 0, changed: 0, unchanged: 2, retired: 0 });
    expect(await version()).toBe(after);
  });

  it('is not applied when anything else was seen, or when it has problems', async () => {
    const file = 'path,name\nacme/plant/air-temperature-002,X\n';
    const { token } = await preview(file);
    const before = await version();
    expect((await apply(file.replace('X', 'Y'), token)).codes).toEqual(['IMPORT_STALE']);
    expect((await apply(`${file}acme/plant/BAD,x\n`, token)).codes).toEqual(['IMPORT_HAS_PROBLEMS']);
    expect(await version()).toBe(before);
  });

  it('has its addresses judged by the connector, every one', async () => {
    const plan = await preview('path,endpoint,address.nodeId,address.queueSize,address.register\nacme/plant/a,plc,nowhere,0,7\nacme/plant/b,plc,,,\n');
    expect(plan.problems.map(({ line, column, code }) => [line, column, code])).toEqual([
      [2, 'address.nodeId', 'ADDRESS_INVALID'],
      [2, 'address.queueSize', 'ADDRESS_INVALID'],
      [2, 'address.register', 'ADDRESS_INVALID'],
      [3, 'address', 'ADDRESS_MISSING'],
    ]);
    expect(plan.problems[0]?.what).toContain('is no node id');
  });

  it.each(['CSV', 'CSV_SEMICOLON', 'JSON'])('exported as %s imports to no change', async (format) => {
    const plan = await preview(await exported(format), 'RETIRE');
    expect([plan.problems, counts(plan)]).toEqual([[], [0, 0, 4, 0]]);
  });

  it('without them retires tags that nobody needs, and the tag says so', async () => {
    const file = (await exported('CSV')).split('\r\n').filter((line) => !line.startsWith('acme/plant/new')).join('\r\n');
    const plan = await preview(file, 'RETIRE');
    expect(counts(plan)).toEqual([0, 0, 3, 1]);
    expect(planOf(await apply(file, plan.token, 'RETIRE')).retired).toBe(1);
    const { data } = await admin.ask('query ($siteId: ID!) { tags(siteId: $siteId) { totalCount edges { node { id path } } } }', { siteId });
    expect((data as { tags: { totalCount: number } }).tags.totalCount).toBe(3);
    const needed = await preview('path\nacme/plant/air-temperature-001\n', 'RETIRE');
    expect(needed.problems).toMatchObject([{ code: 'TAG_IN_USE', line: null, what: expect.stringContaining('pipe run acme north') }]);
  });

  it('above 250 kB needs the header, an administrator and no more than 16 MB', async () => {
    const file = `path\n${Array.from({ length: 15_000 }, (_, at) => `acme/plant/line/tag-${at}`).join('\n')}\n`;
    const body = { query: PREVIEW, variables: { siteId, file } };
    expect((await new ApiCaller(plants.url, admin.token).post(body)).status).toBe(413);
    const manager = await ApiCaller.signedIn(plants.url, plants.acme.people.manager.email);
    expect((await new Uploader(plants.url, manager.token).post(body)).status).toBe(413);
    expect((await new Uploader(plants.url).post(body)).status).toBe(413);
    expect((await preview(file)).added).toBe(15_000);
    expect((await preview(`path\n${'x'.repeat(17_000_000)}`)).problems).toMatchObject([{ code: 'FILE_TOO_LARGE' }]);
    expect((await new Uploader(plants.url, admin.token).post({ ...body, variables: { siteId, file: 'x'.repeat(43_000_000) } })).status).toBe(413);
  });

  it('that comes without a length is counted', async () => {
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 6; sent++) yield new TextEncoder().encode(sent === 0 ? '{"query":"{ me { id } }","x":"' : 'x'.repeat(65_536));
    };
    const options = { method: 'POST', duplex: 'half', body: ReadableStream.from(chunks()), headers: { 'content-type': 'application/json', 'x-telltale-request': '1', authorization: `Bearer ${admin.token}` } } as const;
    expect((await fetch(`${plants.url}/graphql`, options)).status).toBe(413);
  });

  it('of 20 000 tags takes seconds', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => `acme/plant/line-${at % 40}/tag-${at},Tag ${at},°C,-5.5,120.25,plc,1000,"nsu=urn:plc;s=Line${at % 40}.Tag${at}"`);
    const file = `path,name,unit,range_low,range_high,endpoint,scan_interval_ms,address.nodeId\n${rows.join('\n')}\n`;
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const plan = await preview(file);
    const seenAt = performance.now();
    expect(counts(plan)).toEqual([20_000, 0, 0, 0]);
    planOf(await apply(file, plan.token));
    const wall = [seenAt - startedAt, performance.now() - seenAt].map((ms) => (ms / 1000).toFixed(1));
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(`20 000 tags: preview ${wall[0]} s, apply ${wall[1]} s (${((user + system) / 1e6).toFixed(1)} s CPU), ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB RSS of the test process\n`);
    expect(counts(await preview('path\nacme/plant/line-0/tag-0\n'))).toEqual([0, 0, 1, 0]);
  }, 60_000);
});
