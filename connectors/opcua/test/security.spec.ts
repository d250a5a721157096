import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, RecordingHost } from '@telltale/connector-sdk/testing';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { SecurityPolicy } from 'node-opcua-client';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import opcUaConnector from '../src/index.js';
import { expiryWarning } from '../src/server-trust.js';
import { approve, OpenEndpoint, SECRETS, settingsFor, tagAt, thumbprintOf } from './endpoint.js';
import { freePort, RestartableDevice } from './simulated-device.js';

let device: RestartableDevice | undefined;
let server: Server | undefined;
const hosts: RecordingHost[] = [];

afterEach(async () => {
  await device?.dispose();
  server?.close();
  for (const host of hosts.splice(0)) host.dispose();
  device = server = undefined;
});

function connect(settings: object, secrets: Record<string, string> = SECRETS) {
  const host = new RecordingHost(secrets);
  hosts.push(host);
  return { host, connector: opcUaConnector.create(opcUaConnector.parseSettings(settings), host) };
}

/** Opens, expects the refusal, and that nothing was read. */
async function refused(settings: object, secrets?: Record<string, string>): Promise<{ code: string; kind: string; message: string; host: RecordingHost }> {
  const { host, connector } = connect(settings, secrets);
  await connector.setTags([tagAt(0)]);
  try {
    await connector.open();
  } catch (error) {
    expect(host.observations).toEqual([]);
    const { code, kind, message } = error as { code: string; kind: string; message: string };
    return { code, kind, message, host };
  } finally {
    await connector.close();
  }
  throw new Error('it was accepted');
}

describe('trust', () => {
  test('an unknown certificate waits in the inbox; approved, it is read', async () => {
    device = await RestartableDevice.create({ values: 2 });
    const settings = settingsFor(device);
    const { host, connector } = connect(settings);
    await connector.setTags([tagAt(0)]);
    await expect(connector.open()).rejects.toMatchObject({ code: 'opcua.certificate-untrusted', kind: 'temporary' });
    const state = host.states.find(({ kind }) => kind === 'untrusted');
    expect(state).toMatchObject({ thumbprint: expect.stringMatching(/^[0-9a-f]{64}$/), subject: expect.stringContaining('CN='), certificatePem: expect.stringContaining('BEGIN CERTIFICATE') });
    expect(host.observations).toEqual([]);
    expect(readdirSync(join(host.storageDir, 'trust', 'pending'))).toHaveLength(1);
    approve(host);
    await connector.open();
    expect(host.of(1)).not.toHaveLength(0);
    expect(readdirSync(join(host.storageDir, 'trust', 'pending'))).toHaveLength(0);
    await connector.close();
  });

  test('a thumbprint in the settings approves, in any notation', async () => {
    device = await RestartableDevice.create({ values: 1 });
    const thumbprint = await thumbprintOf(device);
    const colons = thumbprint.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:');
    const { connector } = connect(settingsFor(device, { trustedThumbprints: [colons] }));
    expect(await connector.probe()).toMatchObject({ ok: true });
    await connector.close();
  });

  test('a file named like a trusted certificate but holding another does not approve', async () => {
    device = await RestartableDevice.create({ values: 1 });
    const { host, connector } = connect(settingsFor(device));
    expect(await connector.probe()).toMatchObject({ ok: false, detail: 'opcua.certificate-untrusted' });
    approve(host);
    const [name] = readdirSync(join(host.storageDir, 'trust', 'trusted'));
    await device.stop();
    await device.startWithNewCertificate();
    expect(await connector.probe()).toMatchObject({ ok: false, detail: 'opcua.certificate-untrusted' });
    expect(name).toMatch(/\.pem$/);
    await connector.close();
  });

  test.each([
    ['expired', new Date(Date.now() - 20 * 86_400_000), 10, 'urn:simulated:plc', 'opcua.certificate-expired'],
    ['of another application', new Date(Date.now() - 86_400_000), 300, 'urn:someone:else', 'opcua.certificate-of-other-application'],
  ])('an approved certificate that is %s is refused', async (_title, startDate, validity, applicationUri, code) => {
    const folder = await RestartableDevice.create({ values: 1 });
    device = folder;
    await device.stop();
    const pki = join(device.folder, 'made');
    mkdirSync(pki);
    const manager = new OPCUACertificateManager({ rootFolder: pki, disableFileWatchers: true });
    await manager.initialize();
    const outputFile = join(pki, 'own', 'certs', 'certificate.pem');
    await manager.createSelfSignedCertificate({ applicationUri, dns: ['localhost'], outputFile, subject: '/CN=PLC', startDate, validity });
    await manager.dispose();
    await device.start({ pki, certificateFile: outputFile });
    const trustedThumbprints = [await thumbprintOf(device)];
    expect(await refused(settingsFor(device, { trustedThumbprints }))).toMatchObject({ code, kind: 'temporary' });
  });

  test('a certificate that ends soon is read, and the endpoint says so', async () => {
    device = await RestartableDevice.create({ values: 1 });
    await device.stop();
    const pki = join(device.folder, 'made');
    mkdirSync(pki);
    const manager = new OPCUACertificateManager({ rootFolder: pki, disableFileWatchers: true });
    await manager.initialize();
    const outputFile = join(pki, 'own', 'certs', 'certificate.pem');
    await manager.createSelfSignedCertificate({ applicationUri: 'urn:soon', dns: ['localhost'], outputFile, subject: '/CN=PLC', startDate: new Date(Date.now() - 86_400_000), validity: 10 });
    await manager.dispose();
    await device.start({ pki, certificateFile: outputFile });
    const endpoint = await OpenEndpoint.open(device, [tagAt(0)], { allowApplicationUriMismatch: true });
    expect(endpoint.host.states.at(-1)).toMatchObject({ kind: 'degraded', code: 'opcua.certificate-expires', reason: expect.stringMatching(/in [89] days/) });
    await endpoint.close();
  });
});

test('a certificate that comes near its end while the connection lasts is told as well', async () => {
  device = await RestartableDevice.create({ values: 1 });
  let laterUs = 0;
  class LaterHost extends RecordingHost {
    override now(): number {
      return super.now() + laterUs;
    }
  }
  const host = new LaterHost(SECRETS);
  hosts.push(host);
  const connector = opcUaConnector.create(opcUaConnector.parseSettings(settingsFor(device, { trustedThumbprints: [await thumbprintOf(device)] })), host);
  try {
    await connector.setTags([tagAt(0)]);
    await connector.open();
    expect(host.states.at(-1)).toMatchObject({ kind: 'connected' });
    // The device's certificate is valid for a year or more, the gateway's own for ten.
    const ends = host.states.length;
    laterUs = 3_630 * 86_400_000_000;
    await eventually('the warning', 9_000, () => host.states.slice(ends).some((state) => state.kind === 'degraded' && state.code === 'opcua.certificate-expires'));
  } finally {
    await connector.close();
  }
});

test.each([
  [{ server: 100, gateway: 40, user: 50 }, undefined],
  [{ server: 100, gateway: 12, user: 20 }, "The gateway's own certificate expires on 1970-01-13, in 12 days. Delete the folder own in the storage folder of the endpoint and approve the new certificate at the server."],
  [{ server: 9, gateway: 12 }, 'The certificate of the server expires on 1970-01-10, in 9 days. Renew it at the server and approve the new one.'],
  [{ user: -1 }, 'The user certificate expired on 1969-12-31. Enter a new one in identity.'],
  [{}, undefined],
])('certificates that end in %j days', (days, sentence) => {
  expect(expiryWarning(Object.fromEntries(Object.entries(days).map(([whose, count]) => [whose, count * 86_400_000])), 0)).toBe(sentence);
});

describe('no downgrade', () => {
  test('a server that comes back with another policy is not read', async () => {
    device = await RestartableDevice.create({ values: 1, beatMs: 50 });
    const endpoint = await OpenEndpoint.open(device, [tagAt(0)]);
    await device.stop();
    const seen = endpoint.host.observations.length;
    await device.start({ policies: [SecurityPolicy.Aes128_Sha256_RsaOaep] });
    await eventually('the refusal', 15_000, () => endpoint.host.states.some((state) => state.kind === 'disconnected' && state.code === 'opcua.security-not-offered'));
    expect(endpoint.host.observations.slice(seen)).toEqual([]);
    await endpoint.close();
  }, 30_000);

  test('a policy that the server does not offer is refused with the list of what it offers', async () => {
    device = await RestartableDevice.create({ values: 1, policies: [SecurityPolicy.Aes128_Sha256_RsaOaep] });
    const { code, kind, message } = await refused(settingsFor(device));
    expect({ code, kind }).toEqual({ code: 'opcua.security-not-offered', kind: 'configuration' });
    expect(message).toContain('Aes128_Sha256_RsaOaep/SignAndEncrypt');
  });

  test.each(['Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'])('%s works where it is chosen', async (securityPolicy) => {
    device = await RestartableDevice.create({ values: 1 });
    const endpoint = await OpenEndpoint.open(device, [tagAt(0)], { securityPolicy, securityMode: 'Sign' });
    expect(endpoint.host.of(1)).not.toHaveLength(0);
    await endpoint.close();
  });

  test('a server that presents itself under another host is refused, unless that host is allowed', async () => {
    device = await RestartableDevice.create({ values: 1 });
    await device.stop();
    await device.start({ advertisedHost: 'plc.example.com' });
    const settings = settingsFor(device, {});
    expect(await refused(settings)).toMatchObject({ code: 'opcua.endpoint-redirected', kind: 'configuration' });
    const allowed = { ...settings, allowedEndpointHosts: ['PLC.example.com'] };
    const { host, connector } = connect(allowed);
    expect(await connector.probe()).toMatchObject({ ok: false, detail: 'opcua.certificate-untrusted' });
    approve(host);
    expect(await connector.probe()).toMatchObject({ ok: true });
    await connector.close();
  });
});

test('a user signs in with a certificate', async () => {
  device = await RestartableDevice.create({ values: 1 });
  const folder = join(device.folder, 'user');
  mkdirSync(folder);
  const manager = new OPCUACertificateManager({ rootFolder: folder, disableFileWatchers: true });
  await manager.initialize();
  const outputFile = join(folder, 'user.pem');
  await manager.createSelfSignedCertificate({ applicationUri: 'urn:user', dns: ['localhost'], outputFile, subject: '/CN=operator', startDate: new Date(Date.now() - 86_400_000), validity: 300 });
  const privateKey = readFileSync(manager.privateKey, 'utf8');
  await manager.dispose();
  const identity = { kind: 'certificate', certificatePem: readFileSync(outputFile, 'utf8'), privateKeySecret: 'user-key' };
  const settings = settingsFor(device, { identity, trustedThumbprints: [await thumbprintOf(device)] });
  const { host, connector } = connect(settings, { 'user-key': privateKey });
  await connector.setTags([tagAt(0)]);
  await connector.open();
  expect(host.of(1)[0]).toMatchObject({ value: 0, status: 0 });
  await connector.close();
  expect(await refused(settings, { 'user-key': 'no key' })).toMatchObject({ code: 'opcua.user-key-invalid', kind: 'configuration' });
});

describe('clear refusals', () => {
  test('wrong password', async () => {
    device = await RestartableDevice.create({ values: 1 });
    const settings = settingsFor(device, { trustedThumbprints: [await thumbprintOf(device)] });
    const { code, kind, message } = await refused(settings, { 'plc-password': 'wrong' });
    expect({ code, kind }).toEqual({ code: 'opcua.sign-in-refused', kind: 'configuration' });
    expect(message).not.toContain('wrong password'.slice(0, 5) + ' horse');
  });

  test('anonymous where the server wants a user', async () => {
    device = await RestartableDevice.create({ values: 1 });
    expect(await refused(settingsFor(device, { identity: { kind: 'anonymous' } }))).toMatchObject({ code: 'opcua.identity-not-offered', kind: 'configuration' });
  });

  test('a secret that the gateway does not have', async () => {
    device = await RestartableDevice.create({ values: 1 });
    const settings = settingsFor(device, { trustedThumbprints: [await thumbprintOf(device)] });
    expect(await refused(settings, {})).toMatchObject({ code: 'secret.absent', kind: 'configuration' });
  });

  test.each([
    ['nobody listens', 'opc.tcp://localhost:1', 'opcua.port-closed'],
    ['an unknown host', 'opc.tcp://no-such-host.invalid:4840', 'opcua.host-unknown'],
  ])('%s', async (_title, endpointUrl, code) => {
    expect(await refused({ endpointUrl, identity: { kind: 'anonymous' } })).toMatchObject({ code, kind: 'temporary' });
  });

  test.each([
    ['says something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['says nothing', undefined],
    ['promises a message of a gigabyte', Buffer.concat([Buffer.from('ACKF'), Buffer.from([0, 0, 0, 0x40]), Buffer.alloc(64)])],
  ])('a port where something else listens and %s', async (_title, answer) => {
    const port = await freePort();
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => answer && socket.write(answer));
    }).listen(port, '127.0.0.1');
    const { code, kind } = await refused({ endpointUrl: `opc.tcp://127.0.0.1:${port}`, identity: { kind: 'anonymous' }, connectTimeoutMs: 1_500 });
    expect(kind).toBe('temporary');
    expect(['opcua.no-answer', 'opcua.channel-refused', 'opcua.failed']).toContain(code);
  });
});
