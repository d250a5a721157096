import { createPrivateKey } from 'node:crypto';
import {
  AttributeIds, DataTypeExtractStrategy, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType,
  type ClientSession, type ClientSessionRawSubscriptionService, type ClientSubscription, type CreateSubscriptionRequestLike, type EndpointDescription, type OPCUAClientOptions, type UserIdentityInfo,
} from 'node-opcua-client';
import { ConfigurationError, type ConnectorHost } from '@telltale/connector-sdk';
import { chooseEndpoint } from './endpoint-choice.js';
import { explain } from './opcua.errors.js';
import type { OpcUaSettings } from './opcua.settings.js';
import { APPLICATION_NAME, type OwnCertificate } from './own-certificate.js';
import { readCertificate } from './server-certificate.js';
import { checkServerCertificate, type CertificateEnds } from './server-trust.js';
import type { TrustList } from './trust-list.js';
import { withinTime } from './within-time.js';

const NAMESPACE_ARRAY = 'i=2255';
const CLOSE_MS = 1_500;

/** A session with the services for monitored items, which the driver implements but does not type. */
export type LinkSession = ClientSession & ClientSessionRawSubscriptionService;

const hasMonitoredItems = (session: ClientSession): session is LinkSession => 'createMonitoredItems' in session && 'deleteMonitoredItems' in session;

/** A connected client with its session: one life of the connection. */
export interface ServerLink {
  readonly client: OPCUAClient;
  readonly session: LinkSession;
  readonly namespaces: readonly string[];
  readonly certificateEnds: CertificateEnds;
}

function clientOptions(settings: OpcUaSettings, own: OwnCertificate, trust: TrustList): OPCUAClientOptions {
  return {
    applicationName: APPLICATION_NAME,
    applicationUri: own.applicationUri,
    clientName: APPLICATION_NAME,
    certificateFile: own.certificateFile,
    privateKeyFile: own.privateKeyFile,
    clientCertificateManager: trust,
    // We compare endpoints ourselves (chooseEndpoint) and always dial the configured URL.
    endpointMustExist: false,
    requestedSessionTimeout: settings.sessionTimeoutMs,
    defaultTransactionTimeout: settings.requestTimeoutMs,
    transportTimeout: Math.max(settings.connectTimeoutMs, 10_000),
    keepSessionAlive: false,
    // Large servers describe thousands of structures: only those are read that a tag needs.
    dataTypeExtractStrategy: DataTypeExtractStrategy.Lazy,
    // Else the driver would wait inside disconnect() for the answer to CloseSession, on a dead channel for ever, and never let go of
    // its timers. We close the session ourselves, with a limit.
    keepPendingSessionsOnDisconnect: true,
    // A client must accept its own limits from the server (Part 6 §7.1.2.3): a larger answer closes the channel.
    transportSettings: { maxMessageSize: settings.maxMessageBytes, maxChunkCount: Math.ceil(settings.maxMessageBytes / 8_192) },
  };
}

/** Asks the server, without security, what it offers (Part 4 §5.5.4). Nothing of this answer is trusted. */
async function discover(settings: OpcUaSettings, options: OPCUAClientOptions): Promise<readonly EndpointDescription[]> {
  const client = OPCUAClient.create({
    ...options, securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None, connectionStrategy: { maxRetry: 0, initialDelay: 100 },
  });
  try {
    await withinTime(client.connect(settings.endpointUrl), settings.connectTimeoutMs, 'the connection');
    return await withinTime(client.getEndpoints({ endpointUrl: settings.endpointUrl }), settings.connectTimeoutMs, 'the list of endpoints');
  } finally {
    await endClient(client);
  }
}

function identityOf({ identity, endpointUrl, securityMode }: OpcUaSettings, endpoint: EndpointDescription, host: ConnectorHost): UserIdentityInfo {
  if (identity.kind === 'anonymous') return { type: UserTokenType.Anonymous };
  if (identity.kind === 'certificate') {
    return { type: UserTokenType.Certificate, certificateData: certificateDer(identity.certificatePem, endpointUrl), privateKey: privateKeyPem(host.secret(identity.privateKeySecret), identity.privateKeySecret) };
  }
  const tokenPolicy = endpoint.userIdentityTokens?.find(({ tokenType }) => tokenType === UserTokenType.UserName)?.securityPolicyUri;
  // Part 4 §7.40.4: neither the channel nor the token would hide the password.
  if (securityMode !== 'SignAndEncrypt' && (tokenPolicy === SecurityPolicy.None || (!tokenPolicy && securityMode === 'None'))) {
    throw new ConfigurationError('opcua.password-in-clear', endpointUrl, 'the server wants the password in clear text', 'Use securityMode SignAndEncrypt, or let the server encrypt user tokens.');
  }
  return { type: UserTokenType.UserName, userName: identity.user, password: host.secret(identity.passwordSecret) };
}

function certificateDer(pem: string, concerned: string): Buffer {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body !== undefined) return Buffer.from(body, 'base64');
  throw new ConfigurationError('opcua.user-certificate-invalid', concerned, 'identity.certificatePem holds no certificate', 'Paste the PEM text of the user certificate.');
}

function privateKeyPem(text: string, secretName: string): string {
  try {
    createPrivateKey(text);
    return text;
  } catch (error) {
    throw new ConfigurationError('opcua.user-key-invalid', secretName, 'this secret holds no private key', 'Store the unencrypted private key of the user certificate, PEM.', { cause: error });
  }
}

/**
 * Connects: discover, choose, check trust, open the channel, sign in, read the namespaces.
 * @throws ConnectorError with one sentence; everything opened is closed again.
 */
export async function openLink(settings: OpcUaSettings, host: ConnectorHost, own: OwnCertificate, trust: TrustList): Promise<ServerLink> {
  let client: OPCUAClient | undefined;
  let signedIn: LinkSession | undefined;
  try {
    const options = clientOptions(settings, own, trust);
    const endpoint = await chooseEndpoint(await discover(settings, options), settings);
    const certificate = settings.securityMode === 'None' ? undefined : await checkServerCertificate(endpoint, settings, trust, host.now() / 1000);
    const identity = identityOf(settings, endpoint, host);
    client = OPCUAClient.create({
      ...options,
      securityMode: MessageSecurityMode[settings.securityMode],
      securityPolicy: SecurityPolicy[settings.securityPolicy],
      ...(certificate && { serverCertificate: certificate.der }),
      // One retry at the first connection; after a loss the driver retries by itself until our budget ends.
      connectionStrategy: { maxRetry: 1, initialDelay: 200, maxDelay: 1_000, randomisationFactor: 0.1 },
    });
    await withinTime(client.connect(settings.endpointUrl), settings.connectTimeoutMs, 'the secure channel');
    const session = await withinTime(client.createSession(identity), settings.connectTimeoutMs, 'the sign-in');
    if (!hasMonitoredItems(session)) throw new Error('the OPC UA driver has changed: its session has no monitored items');
    signedIn = session;
    const certificateEnds = {
      ...(certificate && { server: certificate.validToMs, gateway: own.validToMs }),
      ...(settings.identity.kind === 'certificate' && { user: readCertificate(certificateDer(settings.identity.certificatePem, settings.endpointUrl)).validToMs }),
    };
    return { client, session, certificateEnds, namespaces: await withinTime(readNamespaces(session), settings.connectTimeoutMs, 'the list of namespaces') };
  } catch (error) {
    if (client && signedIn) await closeLink({ client, session: signedIn }, true);
    else if (client) await endClient(client);
    throw explain(settings.endpointUrl, error);
  }
}

/** The namespace array, fresh from the server. */
export async function readNamespaces(session: ClientSession): Promise<readonly string[]> {
  const { value } = await session.read({ nodeId: NAMESPACE_ARRAY, attributeId: AttributeIds.Value });
  const uris: unknown = value.value;
  return Array.isArray(uris) ? uris.map(String) : [];
}

const beingMade = new WeakMap<LinkSession, Set<Promise<unknown>>>();

/** Makes a subscription; the link is not closed before the server has answered. */
export function createSubscription(session: LinkSession, request: CreateSubscriptionRequestLike): Promise<ClientSubscription> {
  const pending = beingMade.get(session) ?? new Set();
  beingMade.set(session, pending);
  const made = session.createSubscription2(request);
  pending.add(made);
  const settled = (): boolean => pending.delete(made);
  made.then(settled, settled);
  return made;
}

/** Signs out and disconnects; gives up politeness after 1.5 s, and at once when the channel is broken. */
export async function closeLink({ client, session }: Pick<ServerLink, 'client' | 'session'>, politely: boolean): Promise<void> {
  // A subscription that gets its answer after its session is closed makes the driver throw out of reach (ClientSubscriptionImpl, `started`).
  const answers = politely || !client.isReconnecting;
  if (answers) await withinTime(Promise.allSettled(beingMade.get(session) ?? new Set<Promise<unknown>>()), CLOSE_MS, 'waiting for a subscription').catch(() => undefined);
  const closing = session.close(true).catch(() => undefined);
  if (answers) await withinTime(closing, CLOSE_MS, 'signing out').catch(() => undefined);
  await endClient(client);
}

async function endClient(client: OPCUAClient): Promise<void> {
  client.removeAllListeners();
  await withinTime(client.disconnect(), CLOSE_MS, 'disconnecting').catch(() => undefined);
}
