import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'helm/telltale');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const values = (): any => parse(read('helm/telltale/values.yaml'));

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(
  JSON.parse(read('helm/telltale/values.schema.json')),
);

/** Every object schema, with its place. */
function objects(schema: any, place = '#'): [string, any][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own: [string, any][] = schema.type === 'object' && schema.properties !== undefined ? [[place, schema]] : [];
  return [...own, ...Object.entries(schema).flatMap(([name, part]) => objects(part, `${place}/${name}`))];
}

describe('values of the chart', () => {
  it('fit their schema', () => {
    expect([validate(values()), validate.errors]).toEqual([true, null]);
  });

  it.each([
    ['a misspelt value', (v: any) => (v.imgae = {})],
    ['a misspelt value deep inside', (v: any) => (v.services.ingest.replica = 3)],
    ['an unknown queue', (v: any) => (v.queue.backend = 'kafka')],
    ['a secret among the variables', (v: any) => (v.services.api.env = { DATABASE_URL: 'postgres://…' })],
    ['a service without limits', (v: any) => delete v.services.api.resources.limits],
    ['a short digest', (v: any) => (v.image.digest = 'sha256:1234')],
  ])('refuse %s', (_what, spoil) => {
    const spoilt = values();
    spoil(spoilt);
    expect(validate(spoilt)).toBe(false);
  });

  it('allow nothing that the schema does not name', () => {
    const schema = JSON.parse(read('helm/telltale/values.schema.json'));
    expect(
      objects(schema)
        .filter(([, one]) => one.additionalProperties !== false)
        .map(([place]) => place),
    ).toEqual([]);
  });
});

describe('alerts of the chart', () => {
  const alerts = readdirSync(join(chart, 'alerts'));
  it.each(alerts)('%s is named after its file and has its runbook', (file) => {
    const rule = parse(read(`helm/telltale/alerts/${file}`));
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
        String(parse(read(`helm/telltale/alerts/${file}`)).expr).match(
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
  const render = (...args: string[]): any[] =>
    parseAllDocuments(execFileSync(helm ?? '', ['template', 'plant', chart, ...args], { encoding: 'utf8' })).flatMap(
      (document) => document.toJS() ?? [],
    );
  const everything = (): any[] =>
    render(
      '--set',
      'ingress.enabled=true,httpRoute.enabled=true,prometheusRule.enabled=true',
      '--set-json',
      'network.postgres.to=[{"ipBlock":{"cidr":"10.0.0.5/32"}}]',
      '--set-json',
      'network.redis.to=[{"ipBlock":{"cidr":"10.0.0.6/32"}}]',
    );
  const pods = (): [string, any][] =>
    everything()
      .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
      .map(({ metadata, spec }) => [metadata.name, spec.template.spec]);

  it('passes helm lint', () => {
    expect(execFileSync(helm ?? '', ['lint', '--strict', chart], { encoding: 'utf8' })).toContain('0 chart(s) failed');
  });

  it('keeps every pod within the restricted profile', () => {
    expect(pods()).toHaveLength(6);
    for (const [name, pod] of pods()) {
      expect([
        name,
        pod.automountServiceAccountToken,
        pod.securityContext.runAsNonRoot,
        pod.securityContext.seccompProfile.type,
      ]).toEqual([name, false, true, 'RuntimeDefault']);
      expect(pod.serviceAccountName).toBe(name);
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits.memory).toBeDefined();
        expect(existsSync(join(root, String(container.args[0]).replace('/dist/', '/src/').replace('.js', '.ts')))).toBe(
          true,
        );
        for (const { name: variable } of container.env)
          expect(variable).not.toMatch(/(PASSWORD|SECRET|DATABASE_URL|QUEUE_URL)$/);
      }
    }
  });

  it('denies by default, probes apart, disrupts one at a time and migrates first', () => {
    const all = everything();
    const kinds = (kind: string): any[] => all.filter((one) => one.kind === kind);
    expect(kinds('NetworkPolicy').find(({ metadata }) => metadata.name === 'plant-deny').spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'plant', 'app.kubernetes.io/part-of': 'telltale' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    for (const { spec } of kinds('Deployment')) {
      const [container] = spec.template.spec.containers;
      expect([
        container.livenessProbe.httpGet.path,
        container.readinessProbe.httpGet.path,
        container.startupProbe.httpGet.path,
      ]).toEqual(['/health/live', '/health/ready', '/health/live']);
    }
    expect(kinds('PodDisruptionBudget')).toHaveLength(4);
    expect(kinds('Job')[0].metadata.annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    expect(kinds('Secret')).toEqual([]);
    expect(
      kinds('PrometheusRule')[0]
        .spec.groups[0].rules.map(({ alert }: any) => `${alert}.yaml`)
        .toSorted(),
    ).toEqual(readdirSync(join(chart, 'alerts')).toSorted());
  });

  it('refuses a misspelt value', () => {
    expect(() =>
      execFileSync(helm ?? '', ['template', 'plant', chart, '--set', 'imgae.tag=1'], { stdio: 'pipe' }),
    ).toThrow();
  });
});

describe('compose file', () => {
  const compose = (): any => parse(read('deploy/compose/compose.yaml'), { merge: true });

  it('starts entry points that exist, keeps secrets in files, and never lets the queue drop jobs', () => {
    const { services, secrets } = compose();
    for (const service of ['ingest', 'historian', 'insights', 'alarms', 'api', 'migrator', 'edge-gateway']) {
      const { command, environment, healthcheck, read_only: readOnly, secrets: used } = services[service];
      expect(existsSync(join(root, command[0].replace('/dist/', '/src/').replace('.js', '.ts')))).toBe(true);
      expect(readOnly).toBe(true);
      for (const name of Object.keys(environment)) expect(name).not.toMatch(/(PASSWORD|DATABASE_URL|QUEUE_URL|KEY)$/);
      for (const secret of used) expect(secrets[secret].file).toBe(`./secrets/${secret}`);
      if (service !== 'migrator') expect(healthcheck.test).toBeDefined();
    }
    expect(services.valkey.command.join(' ')).toMatch(/--appendonly yes.*--maxmemory-policy noeviction/);
  });

  it('has a script that makes every secret it names', () => {
    const script = read('deploy/compose/create-secrets.sh');
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    execFileSync('sh', [
      '-c',
      'cp "$1" "$2/create-secrets.sh" && sh "$2/create-secrets.sh"',
      'sh',
      join(root, 'deploy/compose/create-secrets.sh'),
      folder,
    ]);
    const made = readdirSync(join(folder, 'secrets'));
    expect(made.toSorted()).toEqual(Object.keys(compose().secrets).toSorted());
    expect(readFileSync(join(folder, 'secrets/ingest_database_url'), 'utf8')).toMatch(
      /^postgres:\/\/telltale_ingest:[0-9a-f]{64}@postgres:5432\/telltale$/,
    );
    expect(script).toContain('umask 077');
    execFileSync('rm', ['-rf', folder]);
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
