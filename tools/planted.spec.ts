import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
let copy: string;

/** Every check must see a violation of its own rule: one is planted in a copy of the tree. */
const planted: readonly { check: string; file: string; text: string; says: RegExp }[] = [
  { check: 'types', file: 'libs/tag-sample/src/planted.ts', text: `export const wrong: number = 'text';\n`, says: /planted\.ts.*TS2322/ },
  { check: 'lint', file: 'libs/tag-sample/src/planted.ts', text: `export const now = (): unknown => process.env['HOME'];\n`, says: /no-restricted-properties/ },
  { check: 'lint', file: 'libs/tag-sample/src/planted.ts', text: `export const now = (): number => Date.now();\n`, says: /no-restricted-globals/ },
  { check: 'lint', file: 'services/ingest/src/planted.ts', text: `console.log('x');\n`, says: /no-console/ },
  { check: 'dependency rule', file: 'libs/tag-sample/src/planted.ts', text: `export * from '@telltale/tenancy';\n`, says: /L0-is-pure/ },
  { check: 'dependency rule', file: 'services/ingest/src/planted.ts', text: `export * from '../../historian/src/index.js';\n`, says: /service-knows-no-service/ },
  { check: 'dependency rule', file: 'services/ingest/src/planted.ts', text: `export { Queue } from 'bullmq';\n`, says: /vendor-bullmq/ },
  { check: 'dependency rule', file: 'connectors/modbus/src/planted.ts', text: `export * from '../../opcua/src/index.js';\n`, says: /connector-knows-sdk-only/ },
  { check: 'rooms and names', file: 'libs/tag-sample/src/utils.ts', text: 'export {};\n', says: /name it for a thing/ },
  { check: 'rooms and names', file: 'libs/tag-sample/src/planted.ts', text: 'export {};\n'.repeat(401), says: /wants a second room/ },
  { check: 'documents', file: 'docs/planted.md', text: '[gone](nowhere.md)\n', says: /leads nowhere/ },
  { check: 'documents', file: 'helm/telltale/alerts/Planted.yaml', text: 'alert: Planted\n', says: /has no docs\/runbooks\/Planted\.md/ },
  { check: 'cleanliness', file: 'docs/planted.md', text: `TO${'DO'}: later\n`, says: /is unfinished/ },
  { check: 'generated files', file: 'docs/reference/settings.md', text: 'old\n', says: /out of date/ },
];

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'telltale-planted-'));
  cpSync(root, copy, { recursive: true, filter: (source) => !/(\/node_modules|\/\.git|\/\.telltale|\/services\/console\/src)$/.test(source) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  spawnSync('git', ['init', '-q'], { cwd: copy });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const check = (name: string): { status: number | null; output: string } => {
  const run = spawnSync(process.execPath, ['--no-warnings', join(copy, 'tools', 'check.mts'), name], { cwd: copy, encoding: 'utf8' });
  return { status: run.status, output: run.stdout + run.stderr };
};

describe('a planted violation fails its check', () => {
  test.each(planted)('$check: $file', ({ check: name, file, text, says }) => {
    const path = join(copy, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    try {
      const { status, output } = check(name);
      expect(output).toMatch(says);
      expect(status).toBe(1);
    } finally {
      rmSync(path);
    }
  });
});
