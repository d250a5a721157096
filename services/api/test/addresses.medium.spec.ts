import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readSettings } from '@telltale/service-settings';
import { apiSettings } from '../src/index.js';
import { networkOf } from '../src/identity/sign-in-throttle.js';
import { ApiCaller } from './api-caller.js';
import { PASSWORD, ServedPlants } from './served-plants.js';

const MOST = 5;
const SIGN_IN = 'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { id } }';

interface Outcome {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: number;
  readonly cookie: string;
}

async function signIn(plants: ServedPlants, email: string, password: string, forwardedFor: string): Promise<Outcome> {
  const response = await new ApiCaller(plants.url).post({ query: SIGN_IN, variables: { email, password } }, { 'x-forwarded-for': forwardedFor });
  const code = /"code":"([A-Z_]+)"/.exec(await response.text())?.[1] ?? null;
  return { status: response.status, code, retryAfter: Number(response.headers.get('retry-after')), cookie: response.headers.get('set-cookie') ?? '' };
}

describe('behind a proxy', () => {
  let plants: ServedPlants;

  beforeAll(async () => {
    plants = await ServedPlants.open({ TRUST_PROXY: 1, PUBLIC_URL: 'https://telltale.example', SIGN_IN_FAILURES_PER_ADDRESS: MOST });
  });
  afterAll(() => plants.close());

  it('slows down who tries many accounts from one address, and nobody else', async () => {
    const { email } = plants.acme.people.viewer;
    const tried = await Promise.all(Array.from({ length: MOST + 3 }, (_, i) => signIn(plants, `somebody-${i}@nowhere.test`, 'wrong', '203.0.113.7')));
    const told = (wanted: string): number => tried.filter(({ code }) => code === wanted).length;
    expect([told('SIGN_IN_REFUSED'), told('SIGN_IN_LOCKED')]).toEqual([MOST, 3]);
    const right = await signIn(plants, email, PASSWORD, '203.0.113.7');
    expect([right.status, right.code, right.retryAfter > 800 && right.retryAfter <= 900]).toEqual([429, 'SIGN_IN_LOCKED', true]);
    const elsewhere = await signIn(plants, email, PASSWORD, '203.0.113.8');
    expect([elsewhere.status, elsewhere.code]).toEqual([200, null]);
    expect(elsewhere.cookie).toMatch(/; Secure(;|$)/);
  });

  it('does not count those who come in', async () => {
    for (let i = 0; i < MOST + 2; i++) expect((await signIn(plants, plants.acme.people.viewer.email, PASSWORD, '203.0.113.9')).code).toBeNull();
  });

  it('believes the nearest proxy only, and writes down where somebody came from', async () => {
    await signIn(plants, plants.globex.people.admin.email, PASSWORD, '198.51.100.66, 203.0.113.10');
    const client = new pg.Client({ connectionString: plants.database.adminUrl });
    await client.connect();
    const { rows } = await client.query<{ detail: unknown }>('select detail from registry.audit_entry where tenant_id = $1 order by audit_id desc limit 1', [plants.globex.plant.tenant.tenantId]);
    await client.end();
    expect(rows).toEqual([{ detail: { from: '203.0.113.10' } }]);
  });
});

describe('without a proxy', () => {
  it('nobody chooses an address for himself', async () => {
    const plants = await ServedPlants.open({ SIGN_IN_FAILURES_PER_ADDRESS: MOST });
    const codes: (string | null)[] = [];
    for (let i = 0; i <= MOST; i++) codes.push((await signIn(plants, `somebody-${i}@nowhere.test`, 'wrong', `203.0.113.${i}`)).code);
    await plants.close();
    expect(codes).toEqual([...Array.from({ length: MOST }, () => 'SIGN_IN_REFUSED'), 'SIGN_IN_LOCKED']);
  });
});

describe('the setting', () => {
  const read = (value: string): unknown => readSettings('api', apiSettings, { DATABASE_URL: 'postgres://a:b@c/d', HTTP_PORT: '0', TRUST_PROXY: value }).TRUST_PROXY;

  it.each([
    ['1', 1],
    ['10.0.0.0/8, 192.168.1.7', ['10.0.0.0/8', '192.168.1.7']],
    ['uniquelocal,fd00::/8', ['uniquelocal', 'fd00::/8']],
    ['', undefined],
  ])('takes %j', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each(['true', '0', '11', '10.0.0.0/40', 'everybody'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow('TRUST_PROXY is wrong');
  });
});

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['', ''],
  ])('of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
