import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportTags, planTagImport, TAG_FILE_FORMATS, type SiteTags, type TagImportPlan, type TagRecord } from './index.js';
import { smallSite, tagRecord } from './testing/small-site.js';

const plan = (text: string, site: SiteTags = smallSite(), missing: 'keep' | 'retire' = 'keep'): Promise<TagImportPlan> => planTagImport(text, missing, site);
const told = ({ problems }: TagImportPlan): string[] => problems.map(({ line, column, code }) => `${line} ${column} ${code}`);
const onlyRow = (outcome: TagImportPlan): TagRecord | null | undefined => {
  expect(told(outcome)).toEqual([]);
  return outcome.rows[0]?.after;
};

/** What an administrator does: takes over the plan. */
function applied(site: SiteTags, { rows }: TagImportPlan): SiteTags {
  const tags = new Map(site.tags.map((tag) => [tag.path, tag]));
  for (const { change, path, before, after } of rows) {
    if (change === 'retired' && before) tags.set(path, { ...before, retired: true });
    else if (after) tags.set(path, after);
  }
  return { ...site, tags: [...tags.values()] };
}

describe('a file', () => {
  it('adds, changes, leaves and retires', async () => {
    const site = smallSite(['a', 'b', 'c', 'd'].map((name) => tagRecord({ path: `acme/plant/${name}` })));
    const text = 'path,name\nacme/plant/a,Tag\nacme/plant/b,Boiler\nacme/plant/new,New\n';
    const kept = await plan(text, site);
    expect(kept.counts).toEqual({ added: 1, changed: 1, unchanged: 1, retired: 0 });
    const outcome = await plan(text, site, 'retire');
    expect(outcome.counts).toEqual({ added: 1, changed: 1, unchanged: 1, retired: 2 });
    expect(outcome.rows.map(({ change, line, path, fields }) => [change, line, path, fields])).toEqual([
      ['unchanged', 2, 'acme/plant/a', []],
      ['changed', 3, 'acme/plant/b', [{ field: 'name', before: 'Tag', after: 'Boiler' }]],
      ['added', 4, 'acme/plant/new', []],
      ['retired', null, 'acme/plant/c', []],
      ['retired', null, 'acme/plant/d', []],
    ]);
    const again = await plan(text, applied(site, outcome), 'retire');
    expect(again.counts).toEqual({ added: 0, changed: 0, unchanged: 3, retired: 0 });
  });

  it('brings a retired tag back, and retires by a column', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a', retired: true }), tagRecord({ path: 'acme/plant/b' })]);
    const outcome = await plan('path;retired\nacme/plant/a;nein\nacme/plant/b;WAHR\n', site);
    expect(outcome.rows.map(({ change, fields }) => [change, fields])).toEqual([['changed', [{ field: 'retired', before: 'yes', after: 'no' }]], ['retired', []]]);
  });

  it.each(TAG_FILE_FORMATS)('that was exported as %s imports to no change, whatever the tags are', async (format) => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((raw) => raw.replaceAll(/[\p{Cc}\ufffd\p{Cs}]/gu, '').trim()).filter((clean) => clean !== '');
    const risky = fc.constantFrom('=cmd|calc', '-5', '+49', '@sum', "'=1", "''-", 'a;b', 'a,b', 'say "hi"', '1,5');
    // JSON in Postgres has no -0.
    const aNumber = (bounds: { min?: number; max?: number } = {}) => fc.double({ noNaN: true, noDefaultInfinity: true, ...bounds }).map((value) => value + 0);
    const number = fc.option(aNumber());
    const aTag = fc.record({
      name: fc.oneof(text, risky), unit: fc.oneof(fc.constant(''), text.map((raw) => Array.from(raw).slice(0, 5).join('').trim())), low: number, equipmentId: fc.constantFrom(null, 20, 21), scanIntervalMs: fc.integer({ min: 50, max: 3_600_000 }),
      deadband: fc.option(fc.record({ kind: fc.constantFrom('absolute' as const, 'percent' as const), value: fc.double({ min: 0.001, max: 100, noNaN: true }) })),
      source: fc.oneof(
        fc.record({ endpointId: fc.constant(1), address: fc.record({ channel: fc.integer({ min: 0, max: 99 }), gain: aNumber({ min: -9, max: 9 }), label: risky, window: fc.record({ from: fc.integer().map((value) => value + 0), to: aNumber({ min: -1, max: 1 }) }) }, { requiredKeys: ['channel'] }) }),
        fc.record({ endpointId: fc.constant(2), address: fc.record({ topic: fc.oneof(risky, text), retained: fc.boolean(), parts: fc.array(fc.integer(), { maxLength: 3 }) }, { requiredKeys: ['topic'] }) }),
        fc.constant({ endpointId: null, address: null }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aTag, { minLength: 1, maxLength: 8 }), async (tags) => {
        const site = smallSite(tags.map(({ source, low, ...tag }, at) => tagRecord({ ...tag, ...source, rangeLow: low, path: `acme/plant/tag-${at}` })));
        const outcome = await plan(await exportTags(site, format), site, 'retire');
        expect([told(outcome), outcome.rows.flatMap(({ fields }) => fields)]).toEqual([[], []]);
        expect(outcome.counts).toEqual({ added: 0, changed: 0, unchanged: tags.length, retired: 0 });
        const fresh = await plan(await exportTags(site, format));
        expect(fresh.counts.added).toBe(tags.length);
      }),
      { numRuns: 60 },
    );
  });

  it('tells every problem of every row with its line, its column and what to do', async () => {
    const rows = [
      'path;name;kind;range_low;range_high;counter_max;equipment;gateway;endpoint;scan_interval_ms;address.channel;address.gain;address.topic;retired;colour',
      ';nobody;;;;;;;;;;;;;',
      'acme/plant/Bad_Path;x;;;;;;;;;;;;;',
      'acme/elsewhere/a;x;;;;;;;;;;;;;',
      'acme/plant/ok;x;;;;;;;plc;;7;0,5;;;',
      'acme/plant/ok;again;;;;;;;plc;;7;;;;',
      'acme/plant/many;x;roundish;5;1,5;12;no/where;;nowhere;10;;;;perhaps;',
      'acme/plant/two;x;;;;;;;twin;;1;;;;',
      'acme/plant/one;x;;;;;;south;twin;;1;;;;',
      'acme/plant/none;x;;;;;;;plc;;;;;;',
      'acme/plant/wrong;x;;;;;;;plc;;100;much;weather;;',
      'acme/plant/lost;x;;;;;;;;;1;;;;',
      'acme/plant/odd;x;;;;;;;odd;;1;;;;',
      'acme/plant/gone;x;;;;;;;;;;;;yes;',
    ];
    const outcome = await plan(`\uFEFF${rows.join('\r\n')}\r\n`);
    expect(told(outcome)).toEqual([
      '1 colour COLUMN_UNKNOWN',
      '2 path VALUE_MISSING',
      '3 path PATH_INVALID',
      '4 path PATH_ELSEWHERE',
      '6 path PATH_TWICE',
      '7 kind VALUE_INVALID',
      '7 endpoint ENDPOINT_UNKNOWN',
      '7 equipment EQUIPMENT_UNKNOWN',
      '7 scan_interval_ms VALUE_INVALID',
      '7 retired VALUE_INVALID',
      '7 range_high VALUE_INVALID',
      '7 counter_max VALUE_INVALID',
      '8 endpoint ENDPOINT_AMBIGUOUS',
      '10 address ADDRESS_MISSING',
      '11 address.gain ADDRESS_INVALID',
      '11 address.channel ADDRESS_INVALID',
      '11 address.topic ADDRESS_INVALID',
      '12 endpoint ADDRESS_WITHOUT_ENDPOINT',
      '13 endpoint CONNECTOR_UNKNOWN',
      '14 retired TAG_UNKNOWN',
    ]);
    expect(outcome.token).toBeNull();
    expect(outcome.problems.every(({ what, remedy }) => what.length > 10 && remedy.endsWith('.'))).toBe(true);
  });

  it('does not retire what a pipe run needs', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a' }), tagRecord({ path: 'acme/plant/b' })], { usedBy: new Map([['acme/plant/b', 'pipe run North']]) });
    const outcome = await plan('path\nacme/plant/a\n', site, 'retire');
    expect(outcome.problems).toMatchObject([{ code: 'TAG_IN_USE', line: null, tag: 'acme/plant/b', what: expect.stringContaining('pipe run North') }]);
    expect(told(await plan('path,retired\nacme/plant/b,yes\n', site))).toEqual(['2 retired TAG_IN_USE']);
    expect((await plan('path\nacme/plant/a\n', site)).token).not.toBeNull();
  });

  it('does not take the tags of rows with problems for missing', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a' })]);
    expect((await plan('path,kind\nacme/plant/a,square\n', site, 'retire')).counts.retired).toBe(0);
  });

  it('has a token for exactly these changes', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a' })]);
    const [one, same, otherFile] = [await plan('path,name\nacme/plant/a,X\n', site), await plan('path;name\r\nacme/plant/a;X\r\n', site), await plan('path,name\nacme/plant/a,Y\n', site)];
    const otherState = await plan('path,name\nacme/plant/a,X\n', smallSite([tagRecord({ path: 'acme/plant/a', unit: 'bar' })]));
    expect(one.token).toMatch(/^[0-9a-f]{64}$/);
    expect(same.token).toBe(one.token);
    expect(new Set([one.token, otherFile.token, otherState.token]).size).toBe(3);
  });
});

describe('a spreadsheet', () => {
  it.each([
    ['comma', 'path,name,endpoint,address.channel,range_high\nacme/plant/a,"Boiler, north",plc,3,21.5\n'],
    ['semicolon and decimal comma', 'path;name;endpoint;address.channel;range_high\r\nacme/plant/a;Boiler, north;plc;3;21,5\r\n'],
    ['tab', 'path\tname\tendpoint\taddress.channel\trange_high\nacme/plant/a\tBoiler, north\tplc\t3\t21,5\n'],
    ['byte order mark', '\uFEFFpath,name,endpoint,address.channel,range_high\nacme/plant/a,"Boiler, north",plc,3,21.5\n'],
    ['sep= line', 'sep=;\r\npath;name;endpoint;address.channel;range_high\r\nacme/plant/a;"Boiler, north";plc;3;2,15E+1\r\n'],
    ['old Mac line ends', 'path,name,endpoint,address.channel,range_high\racme/plant/a,"Boiler, north",plc,3,21.5\r'],
    ['empty lines, comments, cut-off and surplus empty fields', 'path,name,endpoint,address.channel,range_high,unit\n\n# mine\n,,,,,\nacme/plant/a,"Boiler, north",plc,3,21.5\n'],
    ['capitals and blanks in the header', ' Path , NAME ,endpoint,address.channel,range_high\nacme/plant/a,"Boiler, north",plc,3, 21.5 \n'],
  ])('with %s is read', async (_name, text) => {
    expect(onlyRow(await plan(text))).toEqual(tagRecord({ path: 'acme/plant/a', name: 'Boiler, north', unit: '', rangeHigh: 21.5, address: { channel: 3 } }));
  });

  it('counts lines as an editor does, also after a quoted line break', async () => {
    const outcome = await plan('path,name\nacme/plant/a,"two\r\nlines"\n\nacme/plant/b,"say ""hi"""\nno path,x\n');
    expect(told(outcome)).toEqual(['2 name VALUE_INVALID', '6 path PATH_INVALID']);
  });

  it('with an open quotation mark or too many fields loses no other row', async () => {
    const outcome = await plan('path,name\nacme/plant/a,x"y\nacme/plant/b,fine\nacme/plant/c,a,b\nacme/plant/d,"open');
    expect(told(outcome)).toEqual(['2 null QUOTE_OPEN', '4 null ROW_SHAPE', '5 null QUOTE_OPEN']);
    expect(outcome.rows.map(({ path }) => path)).toEqual(['acme/plant/b']);
  });

  it('with a decimal comma between commas is asked to decide', async () => {
    expect((await plan('path,range_low\nacme/plant/a,"1,250"\n')).problems[0]?.what).toContain('decimal comma');
  });

  it.each([['\uFFFDC', 'UTF-8'], ['a\u0000b', 'control']])('with the unreadable %j says so', async (unit, word) => {
    const [problem] = (await plan(`path,unit\nacme/plant/a,${unit}\n`)).problems;
    expect(`${problem?.what} ${problem?.remedy}`).toContain(word);
  });

  it('gets no formula from an export, and negative numbers stay numbers', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a', name: '=HYPERLINK("x")', unit: '@', rangeLow: -5, address: { channel: 1, label: '-1+1' } })]);
    const [, row = ''] = (await exportTags(site, 'csv')).split('\r\n');
    expect(row).toContain(`"'=HYPERLINK(""x"")",'@,analog,-5,`);
    expect(row).toContain(",'-1+1,");
  });
});

describe('hostile input', () => {
  it.each([
    ['address.__proto__.polluted', 'path,endpoint,address.channel,address.__proto__.polluted\nacme/plant/a,plc,1,yes\n'],
    ['address.constructor.prototype.polluted', 'path,endpoint,address.channel,address.constructor.prototype.polluted\nacme/plant/a,plc,1,yes\n'],
    ['__proto__ in JSON', '{"tags":[{"path":"acme/plant/a","endpoint":"plc","address":{"channel":1,"__proto__":{"polluted":"yes"}}}]}'],
    ['__proto__ as a field', '[{"path":"acme/plant/a","__proto__":{"polluted":"yes"}}]'],
  ])('%s is refused and changes nothing', async (_name, text) => {
    const outcome = await plan(text);
    expect([outcome.token, Reflect.get({}, 'polluted')]).toEqual([null, undefined]);
    expect(outcome.problemCount).toBeGreaterThan(0);
  });

  it('is refused for its size before it is read', async () => {
    expect(told(await plan(`path\n${'x'.repeat(17_000_000)}`))).toEqual(['null null FILE_TOO_LARGE']);
    expect(told(await plan(`path\n${'acme/plant/a\n'.repeat(2)}${Array.from({ length: 50_000 }, (_, at) => `acme/plant/t${at}`).join('\n')}`)).at(-1)).toContain('TOO_MANY_ROWS');
  });

  it.each([['', 'FILE_EMPTY'], ['name\nx\n', 'COLUMN_MISSING'], ['{"tags": [', 'FILE_UNREADABLE'], ['{"tags": {}}', 'FILE_UNREADABLE'], ['[]', 'FILE_EMPTY'], ['[1]', 'ROW_SHAPE'], ['path,path\n', 'COLUMN_TWICE']])('%j is %s', async (text, code) => {
    expect((await plan(text)).problems.map((problem) => problem.code)).toContain(code);
  });
});

describe('JSON', () => {
  it('says the line on which a wrong entry begins', async () => {
    const text = '{\n "note": "[{",\n "tags": [\n  { "path": "acme/plant/a" },\n  {\n   "path": "acme/plant/b", "scan_interval_ms": "soon", "colour": 1,\n   "endpoint": "plc", "address": { "channel": "one" } },\n  { "path": "x" }\n ]\n}';
    expect(told(await plan(text))).toEqual(['5 colour COLUMN_UNKNOWN', '5 address.channel ADDRESS_INVALID', '5 scan_interval_ms VALUE_INVALID', '8 path PATH_INVALID']);
  });

  it('leaves what it does not say and empties what it calls null', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a', deadband: { kind: 'absolute', value: 2 }, rangeLow: 3 })]);
    expect(onlyRow(await plan('[{"path":"acme/plant/a","range_low":null}]', site))).toEqual(tagRecord({ path: 'acme/plant/a', deadband: { kind: 'absolute', value: 2 } }));
    expect(onlyRow(await plan('[{"path":"acme/plant/a","deadband":null}]', site))?.deadband).toBeNull();
  });

  it('that writes a default out changes nothing', async () => {
    const site = smallSite([tagRecord({ path: 'acme/plant/a' })]);
    expect((await plan('[{"path":"acme/plant/a","address":{"gain":1,"channel":1}}]', site)).counts.unchanged).toBe(1);
    expect((await plan('[{"path":"acme/plant/a","address":{"gain":2,"channel":1}}]', site)).rows[0]?.fields).toEqual([{ field: 'address', before: '{"channel":1}', after: '{"gain":2,"channel":1}' }]);
  });
});
