import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'helm/telltale');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** A part of a parsed document; `undefined` where there is none. */
type Key = string | number;
const at = (document: unknown, ...path: Key[]): unknown =>
  path.reduce<unknown>(
    (node, key) => (node === undefined || node === null ? undefined : Reflect.get(Object(node), key)),
    document,
  );
const text = (document: unknown, ...path: Key[]): string => String(at(document, ...path));
const list = (document: unknown, ...path: Key[]): unknown[] => {
  const found = at(document, ...path);
  return Array.isArray(found) ? found : [];
};
const keys = (document: unknown, ...path: Key[]): string[] => Object.keys(Object(at(document, ...path)));
const set = (document: unknown, path: Key[], value: unknown): unknown =>
  Reflect.set(Object(at(document, ...path.slice(0, -1))), path.at(-1) ?? '', value);
const sourceOf = (entry: string): string => join(root, entry.replace('/dist/', '/src/').replace('.js', '.ts'));

const values = (): unknown => parse(read('helm/telltale/values.yaml'));

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(
  JSON.parse(read('helm/telltale/values.schema.json')),
);

/** Places of object schemas that let unknown names through. */
function openObjects(schema: unknown, place = '#'): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const open =
    at(schema, 'type') === 'object' &&
    at(schema, 'properties') !== undefined &&
    at(schema, 'additionalProperties') !== false;
  return [
    ...(open ? [place] : []),
    ...Object.entries(schema).flatMap(([name, part]) => openObjects(part, `${place}/${name}`)),
  ];
}

describe('values of the chart', () => {
  it('fit their schema', () => {
    expect([validate(values()), validate.errors]).toEqual([true, null]);
  });

  it.each<[string, Key[], unknown]>([
    ['a misspelt value', ['imgae'], {}],
    ['a misspelt value deep inside', ['services', 'ingest', 'replica'], 3],
    ['an unknown queue', ['queue', 'backend'], 'kafka'],
    ['a secret among the variables', ['services', 'api', 'env'], { DATABASE_URL: 'postgres://…' }],
    ['a service without limits', ['services', 'api', 'resources', 'limits'], {}],
    ['an api without a port of its own for metrics', ['services', 'api', 'metricsPort'], undefined],
    ['another port for metrics where there is none', ['services', 'alarms', 'metricsPort'], 4031],
    ['an address of the console without http or https', ['publicUrl'], 'telltale.example.com'],
    ['an address of the console with a path', ['publicUrl'], 'https://example.com/telltale'],
    ['a proxy that is no network', ['trustProxy'], '*'],
    ['an address for webhooks that is none', ['webhookAddresses'], 'private'],
    ['addresses for webhooks of one service only', ['services', 'api', 'env', 'WEBHOOK_ADDRESSES'], 'any'],
    ['a short digest', ['image', 'digest'], 'sha256:1234'],
  ])('refuse %s', (_what, path, value) => {
    const spoilt = values();
    set(spoilt, path, value);
    expect(validate(spoilt)).toBe(false);
  });

  it('allow nothing that the schema does not name', () => {
    expect(openObjects(JSON.parse(read('helm/telltale/values.schema.json')))).toEqual([]);
  });
});

describe('alerts of the chart', () => {
  const alerts = readdirSync(join(chart, 'alerts'));
  it.each(alerts)('%s is named after its file and has its runbook', (file) => {
    const rule: unknown = parse(read(`helm/telltale/alerts/${file}`));
    const name = file.replace(/\.yaml$/, '');
    expect(rule).toMatchObject({
      alert: name,
      for: expect.stringMatching(/^\d+[smh]$/),
      labels: { severity: expect.stringMatching(/^(critical|warning)$/) },
    });
    const runbook = read(`docs/runbooks/${name}.md`);
    expect(runbook).toMatch(new RegExp(`^# ${name}\n`));
    for (const part of ['**Means**', '**Harm**', '**Look at**', '**Do**']) expect(runbook).toContain(part);
  });

  it('use metrics that exist', () => {
    const sources = ['services', 'libs'].flatMap((group) =>
      readdirSync(join(root, group), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.includes('dist/'))
        .map((file) => read(join(group, file))),
    );
    const known = (metric: string): boolean =>
      metric === 'up' || sources.some((source) => source.includes(`'${metric}'`));
    const used = alerts.flatMap(
      (file) =>
        text(parse(read(`helm/telltale/alerts/${file}`)), 'expr').match(
          /\b(up(?=\{)|telltale_\w+|nodejs_\w+|process_\w+)/g,
        ) ?? [],
    );
    expect(used.length).toBeGreaterThanOrEqual(alerts.length);
    expect(used.filter((metric) => !known(metric))).toEqual([]);
  });
});

const helm = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'helm'))
  .find((file) => existsSync(file));
if (helm === undefined) process.stderr.write('\nSKIPPED: rendering of the chart: helm is not installed.\n');

(helm === undefined ? describe.skip : describe)('rendered chart', () => {
  const render = (...args: string[]): unknown[] =>
    parseAllDocuments(
      execFileSync(helm ?? '', ['template', 'plant', chart, '--kube-version', '1.31.0', ...args], { encoding: 'utf8' }),
    ).flatMap((document): unknown[] => {
      const one: unknown = document.toJS();
      return one === null ? [] : [one];
    });
  const peers = '[{"ipBlock":{"cidr":"10.0.0.5/32"}}]';
  const everything = (): unknown[] =>
    render(
      '--set',
      'ingress.enabled=true,httpRoute.enabled=true,prometheusRule.enabled=true,firstTenant.existingSecret=acme',
      '--set-json',
      `network.postgres.to=${peers}`,
      '--set-json',
      `network.redis.to=${peers}`,
    );
  const kinds = (kind: string): unknown[] => everything().filter((one) => at(one, 'kind') === kind);

  it('passes helm lint', () => {
    expect(execFileSync(helm ?? '', ['lint', '--strict', chart], { encoding: 'utf8' })).toContain('0 chart(s) failed');
  });

  it('keeps every pod within the restricted profile', () => {
    const pods = [...kinds('Deployment'), ...kinds('Job')];
    expect(pods).toHaveLength(7);
    for (const workload of pods) {
      const pod = at(workload, 'spec', 'template', 'spec');
      expect(pod).toMatchObject({
        serviceAccountName: text(workload, 'metadata', 'name'),
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const container of list(pod, 'containers')) {
        expect(at(container, 'securityContext')).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(at(container, 'resources', 'limits', 'memory')).toBeDefined();
        expect(existsSync(sourceOf(text(container, 'args', 0)))).toBe(true);
        for (const variable of list(container, 'env'))
          expect(text(variable, 'name')).not.toMatch(/(PASSWORD|SECRET|DATABASE_URL|QUEUE_URL)$/);
      }
    }
  });

  it('denies by default, keeps the probes apart, disrupts one at a time and migrates first', () => {
    expect(
      at(
        kinds('NetworkPolicy').find((policy) => text(policy, 'metadata', 'name') === 'plant-deny'),
        'spec',
      ),
    ).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'plant', 'app.kubernetes.io/part-of': 'telltale' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    for (const deployment of kinds('Deployment')) {
      const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
      const paths = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) =>
        text(container, probe, 'httpGet', 'path'),
      );
      expect(paths).toEqual(['/health/live', '/health/ready', '/health/live']);
    }
    expect(kinds('PodDisruptionBudget')).toHaveLength(4);
    const hooks = kinds('Job').map((job) => [
      text(job, 'metadata', 'name'),
      text(job, 'metadata', 'annotations', 'helm.sh/hook'),
    ]);
    expect(Object.fromEntries(hooks)).toEqual({
      'plant-migrator': 'pre-install,pre-upgrade',
      'plant-first-tenant': 'post-install,post-upgrade',
    });
    expect(render().filter((one) => at(one, 'kind') === 'Job')).toHaveLength(1);
    expect(kinds('Secret')).toEqual([]);
    const rules = list(kinds('PrometheusRule')[0], 'spec', 'groups', 0, 'rules').map(
      (rule) => `${text(rule, 'alert')}.yaml`,
    );
    expect(rules.toSorted()).toEqual(readdirSync(join(chart, 'alerts')).toSorted());
  });

  it('keeps /metrics away from the addresses that the ingress knows', () => {
    const rendered = render(
      '--set-json',
      `network.fromMonitoring=${peers}`,
      '--set-json',
      `network.fromIngress=${peers}`,
    );
    const one = (kind: string, name: string): unknown =>
      rendered.find((found) => text(found, 'kind') === kind && text(found, 'metadata', 'name') === `plant-${name}`);
    for (const service of ['api', 'ingest']) {
      const container = at(one('Deployment', service), 'spec', 'template', 'spec', 'containers', 0);
      const metricsPort = text(list(container, 'ports')[1], 'containerPort');
      expect(text(list(container, 'ports')[1], 'name')).toBe('metrics');
      expect(list(container, 'env')).toContainEqual({ name: 'METRICS_PORT', value: metricsPort });
      expect(list(one('Service', service), 'spec', 'ports').map((port) => text(port, 'name'))).toEqual([
        'http',
        'metrics',
      ]);
      const [fromIngress, fromMonitoring] = list(one('NetworkPolicy', service), 'spec', 'ingress').map((rule) =>
        text(rule, 'ports', 0, 'port'),
      );
      expect(fromMonitoring).toBe(metricsPort);
      expect(fromIngress).not.toBe(metricsPort);
    }
    for (const route of everything().filter((found) => /^(Ingress|HTTPRoute)$/.test(text(found, 'kind'))))
      expect(JSON.stringify(route)).not.toMatch(/metrics|40[01]1/);
  });

  const told = (documents: unknown[], name: string, names = ['PUBLIC_URL', 'TRUST_PROXY']): unknown[] =>
    list(
      documents.find((one) => text(one, 'kind') === 'Deployment' && text(one, 'metadata', 'name') === `plant-${name}`),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'env',
    ).filter((variable) => names.includes(text(variable, 'name')));

  it('tells the api, and nobody else, its address and the proxy in front of it', () => {
    expect(told(everything(), 'api')).toEqual([
      { name: 'PUBLIC_URL', value: 'https://telltale.example.com' },
      { name: 'TRUST_PROXY', value: '1' },
    ]);
    expect(told(everything(), 'ingest')).toEqual([]);
    expect(told(render(), 'api')).toEqual([]);
    const given = render('--set', 'publicUrl=http://plant.local:8080', '--set-string', 'trustProxy=10.0.0.0/8');
    expect(told(given, 'api')).toEqual([
      { name: 'PUBLIC_URL', value: 'http://plant.local:8080' },
      { name: 'TRUST_PROXY', value: '10.0.0.0/8' },
    ]);
  });

  it('tells api and alarms the same addresses for webhooks, and the api where gateways reach ingest', () => {
    const names = ['INGEST_PUBLIC_URL', 'WEBHOOK_ADDRESSES'];
    const closed = [{ name: 'WEBHOOK_ADDRESSES', value: 'public' }];
    expect(['api', 'alarms', 'ingest'].map((name) => told(render(), name, names))).toEqual([closed, closed, []]);
    const given = render('--set', 'webhookAddresses=any', '--set', 'ingestPublicUrl=http://plant.local:4010');
    const opened = { name: 'WEBHOOK_ADDRESSES', value: 'any' };
    expect(told(given, 'api', names)).toEqual([{ name: 'INGEST_PUBLIC_URL', value: 'http://plant.local:4010' }, opened]);
    expect(told(given, 'alarms', names)).toEqual([opened]);
  });

  it('pulls exactly the images of the list for air gaps', () => {
    const pulled = JSON.stringify(everything()).match(/(?<="image":")[^"]+/g) ?? [];
    expect(pulled).toHaveLength(8);
    expect([...new Set(pulled)].join('\n')).toBe(read('helm/telltale/images.txt').trim());
  });

  it('tests every service once it is installed, within the restricted profile', () => {
    const [pod] = kinds('Pod');
    expect(text(pod, 'metadata', 'annotations', 'helm.sh/hook')).toBe('test');
    expect(at(pod, 'spec')).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
    });
    const asked = list(pod, 'spec', 'containers', 0, 'args').slice(2);
    const served = kinds('Service').map(
      (service) =>
        `http://${text(service, 'metadata', 'name')}:${text(service, 'spec', 'ports', 0, 'port')}/health/ready`,
    );
    expect(new Set(asked)).toEqual(new Set(served));
    // What the pod runs fails when nobody answers.
    const script = text(pod, 'spec', 'containers', 0, 'args', 1);
    expect(() => execFileSync(process.execPath, ['-e', script, 'http://127.0.0.1:9'], { stdio: 'pipe' })).toThrow();
  });

  it('refuses a misspelt value', () => {
    expect(() =>
      execFileSync(helm ?? '', ['template', 'plant', chart, '--kube-version', '1.31.0', '--set', 'imgae.tag=1'], {
        stdio: 'pipe',
      }),
    ).toThrow();
  });
});

describe('compose file', () => {
  const compose = (): unknown => parse(read('deploy/compose/compose.yaml'), { merge: true });

  it('starts entry points that exist, keeps secrets in files, and never lets the queue drop jobs', () => {
    const file = compose();
    for (const name of ['ingest', 'historian', 'insights', 'alarms', 'api', 'migrator', 'edge-gateway']) {
      const service = at(file, 'services', name);
      expect(existsSync(sourceOf(text(service, 'command', 0)))).toBe(true);
      expect(at(service, 'read_only')).toBe(true);
      for (const variable of keys(service, 'environment'))
        expect(variable).not.toMatch(/(PASSWORD|DATABASE_URL|QUEUE_URL|KEY)$/);
      for (const secret of list(service, 'secrets'))
        expect(text(file, 'secrets', String(secret), 'file')).toBe(`./secrets/${String(secret)}`);
      if (name !== 'migrator') expect(list(service, 'healthcheck', 'test')).not.toEqual([]);
    }
    for (const name of ['ingest', 'api']) {
      const metricsPort = text(file, 'services', name, 'environment', 'METRICS_PORT');
      expect(metricsPort).toMatch(/^\d{4}$/);
      expect(list(file, 'services', name, 'ports').join()).not.toContain(metricsPort);
    }
    expect(at(file, 'services', 'api', 'environment')).toMatchObject({
      PUBLIC_URL: '${PUBLIC_URL:-http://localhost:4000}',
      TRUST_PROXY: '${TRUST_PROXY:-}',
      INGEST_PUBLIC_URL: '${INGEST_PUBLIC_URL:-}',
      WEBHOOK_ADDRESSES: '${WEBHOOK_ADDRESSES:-}',
    });
    expect(at(file, 'services', 'alarms', 'environment')).toMatchObject({ WEBHOOK_ADDRESSES: '${WEBHOOK_ADDRESSES:-}' });
    expect(list(file, 'services', 'valkey', 'command').join(' ')).toMatch(
      /--appendonly yes.*--maxmemory-policy noeviction/,
    );
  });

  it('has a script that makes every secret it names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    copyFileSync(join(root, 'deploy/compose/create-secrets.sh'), join(folder, 'create-secrets.sh'));
    execFileSync('sh', [join(folder, 'create-secrets.sh')]);
    expect(readdirSync(join(folder, 'secrets')).toSorted()).toEqual(keys(compose(), 'secrets').toSorted());
    const url = readFileSync(join(folder, 'secrets/ingest_database_url'), 'utf8');
    expect(url).toMatch(/^postgres:\/\/telltale_ingest:[0-9a-f]{64}@postgres:5432\/telltale$/);
    execFileSync('sh', [join(folder, 'create-secrets.sh')]);
    expect(readFileSync(join(folder, 'secrets/ingest_database_url'), 'utf8')).toBe(url);
    rmSync(folder, { recursive: true });
  });
});

describe('image and unit', () => {
  it('run as a numbered user, never as root', () => {
    expect(read('deploy/docker/Dockerfile')).toMatch(/^USER [1-9]\d+:[1-9]\d+$/m);
    const unit = read('deploy/edge/telltale-gateway.service');
    for (const line of [
      'DynamicUser=yes',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'Restart=always',
    ])
      expect(unit).toContain(`\n${line}\n`);
    expect(existsSync(join(root, 'services/edge-gateway/src/main.ts'))).toBe(true);
  });
});
