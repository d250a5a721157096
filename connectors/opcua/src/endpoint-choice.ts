import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { MessageSecurityMode, SecurityPolicy, UserTokenType, type EndpointDescription } from 'node-opcua-client';
import { ConfigurationError } from '@telltale/connector-sdk';
import type { OpcUaSettings } from './opcua.settings.js';

/** Host of an `opc.tcp://…` URL, lower case, without brackets; undefined when it is none. */
export function hostOf(endpointUrl: string): string | undefined {
  const match = /^opc\.tcp:\/\/(?:\[([^\]]+)\]|([^/:]+))/i.exec(endpointUrl);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

const policyName = (uri: string | null): string => uri?.split('#').at(-1) ?? 'none';
const offer = (endpoint: EndpointDescription): string => `${policyName(endpoint.securityPolicyUri)}/${MessageSecurityMode[endpoint.securityMode]}`;

const TOKEN_TYPES = { anonymous: UserTokenType.Anonymous, user: UserTokenType.UserName, certificate: UserTokenType.Certificate } as const;

/**
 * The endpoint with exactly the wanted policy and mode; never a weaker one.
 * @throws ConfigurationError when the server doesn't offer it, or presents it under a foreign host.
 */
export async function chooseEndpoint(offered: readonly EndpointDescription[], settings: OpcUaSettings): Promise<EndpointDescription> {
  const { endpointUrl, securityPolicy, securityMode, identity } = settings;
  const wanted = offered.filter(
    (endpoint) => endpoint.securityPolicyUri === SecurityPolicy[securityPolicy] && endpoint.securityMode === MessageSecurityMode[securityMode],
  );
  if (wanted.length === 0) {
    const offers = [...new Set(offered.map(offer))].toSorted().join(', ') || 'nothing';
    throw new ConfigurationError('opcua.security-not-offered', endpointUrl, `the server does not offer ${securityPolicy}/${securityMode}, only ${offers}`, 'Enable it at the server or change securityPolicy and securityMode; nothing weaker is used by itself.');
  }
  const near: EndpointDescription[] = [];
  for (const endpoint of wanted) if (await isSameHost(endpoint.endpointUrl ?? '', settings)) near.push(endpoint);
  if (near.length === 0) {
    const elsewhere = [...new Set(wanted.map((endpoint) => hostOf(endpoint.endpointUrl ?? '') ?? '?'))].join(', ');
    throw new ConfigurationError('opcua.endpoint-redirected', endpointUrl, `the server points to another host (${elsewhere})`, 'Use that host in endpointUrl, or add it to allowedEndpointHosts when it is the same machine.');
  }
  const chosen = near.find((endpoint) => (endpoint.userIdentityTokens ?? []).some(({ tokenType }) => tokenType === TOKEN_TYPES[identity.kind]));
  if (chosen) return chosen;
  throw new ConfigurationError('opcua.identity-not-offered', endpointUrl, `the server does not offer sign-in of the kind "${identity.kind}"`, 'Choose another identity kind, or enable it at the server.');
}

async function isSameHost(url: string, { endpointUrl, allowedEndpointHosts }: OpcUaSettings): Promise<boolean> {
  const [presented, configured] = [hostOf(url), hostOf(endpointUrl)];
  if (presented === undefined || configured === undefined) return false;
  if (presented === configured || allowedEndpointHosts.some((host) => host === '*' || host.toLowerCase() === presented)) return true;
  const [there, here] = await Promise.all([addressesOf(presented), addressesOf(configured)]);
  return there.some((address) => here.includes(address));
}

/** Addresses of a host; every name of this machine counts as loopback. */
async function addressesOf(host: string): Promise<readonly string[]> {
  const own = hostname().toLowerCase();
  if (host === 'localhost' || host === own || host.split('.')[0] === own.split('.')[0]) return ['loopback'];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => (/^(127\.|::1$|::ffff:127\.)/.test(address) ? 'loopback' : address));
}
