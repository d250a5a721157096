import { ConfigurationError, ConnectorError, TemporaryError } from '@telltale/connector-sdk';
import type { z } from 'zod';

/** Turns the first zod issue into one sentence. */
export function invalid(code: string, concerned: string, error: z.ZodError): ConfigurationError {
  const issue = error.issues[0];
  const field = issue?.path.join('.');
  const what = field ? `"${field}" ${issue?.message ?? 'is invalid'}` : (issue?.message ?? 'is invalid');
  return new ConfigurationError(code, concerned, oneLine(what), 'Correct the entry; the connector README lists every field.', { cause: error });
}

interface Cause {
  readonly pattern: RegExp;
  readonly kind: 'configuration' | 'temporary';
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

// In order: the first match explains the failure. Names of the right column are OPC UA Part 4 Annex status codes.
const CAUSES: readonly Cause[] = [
  { pattern: /ENOTFOUND|EAI_AGAIN/, kind: 'temporary', code: 'opcua.host-unknown', what: 'the host name is not known', remedy: 'Check the host in endpointUrl and the DNS of the gateway.' },
  { pattern: /ECONNREFUSED/, kind: 'temporary', code: 'opcua.port-closed', what: 'nothing listens on this port', remedy: 'Start the OPC UA server or correct the port in endpointUrl.' },
  { pattern: /EHOSTUNREACH|ENETUNREACH/, kind: 'temporary', code: 'opcua.host-unreachable', what: 'the host is not reachable', remedy: 'Check network, routing and firewall between gateway and server.' },
  { pattern: /BadIdentityTokenRejected|BadUserAccessDenied|BadIdentityTokenInvalid/, kind: 'configuration', code: 'opcua.sign-in-refused', what: 'the server refused the user or the password', remedy: 'Correct the user in identity and its password secret.' },
  { pattern: /user token policy|BadIdentityToken|BadUserSignatureInvalid/i, kind: 'configuration', code: 'opcua.identity-not-offered', what: 'the server does not offer this kind of sign-in', remedy: 'Choose another identity kind, or enable it at the server.' },
  { pattern: /BadTooManySessions/, kind: 'temporary', code: 'opcua.too-many-sessions', what: 'the server has no free session', remedy: 'Close unused clients or raise the session limit of the server.' },
  { pattern: /BadTooManySubscriptions/, kind: 'temporary', code: 'opcua.too-many-subscriptions', what: 'the server has no free subscription', remedy: 'Use fewer distinct scan intervals or raise the limit of the server.' },
  { pattern: /BadHistoryOperationUnsupported|BadHistoryOperationInvalid|BadNotReadable/, kind: 'configuration', code: 'opcua.history-not-kept', what: 'the server keeps no history of this node', remedy: 'Enable history at the server or remove the history address.' },
  { pattern: /BadNodeIdUnknown|BadNodeIdInvalid/, kind: 'configuration', code: 'opcua.node-unknown', what: 'the server does not have this node', remedy: 'Browse the server and correct the address.' },
  {
    pattern: /BadCertificate|BadSecurityChecksFailed|BadSecureChannel|BadRequestTypeInvalid|socket has been disconnected by third party|ECONNRESET|EPIPE|premature/i,
    kind: 'temporary', code: 'opcua.channel-refused', what: 'the server closed the secure channel',
    remedy: "Approve the gateway's certificate at the server; if it is approved, check that an OPC UA server listens on this port.",
  },
  { pattern: /imed? ?out|ETIMEDOUT|deadline/i, kind: 'temporary', code: 'opcua.no-answer', what: 'the server did not answer in time', remedy: 'Check the server, and that an OPC UA server listens on this port.' },
  { pattern: /BadServerHalted|BadShutdown|BadServerNotConnected/, kind: 'temporary', code: 'opcua.server-halted', what: 'the server is shutting down', remedy: 'Wait for the server or restart it.' },
  { pattern: /chunk|message size|TooLarge|BadEncodingLimits/i, kind: 'temporary', code: 'opcua.answer-too-large', what: 'the answer of the server exceeds the accepted size', remedy: 'Check the server; if the size is legitimate, raise maxMessageBytes.' },
];

/** One clear sentence for whatever the driver threw; the driver's own words stay in `cause`. */
export function explain(concerned: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const cause = CAUSES.find(({ pattern }) => pattern.test(text));
  if (cause === undefined) {
    return new TemporaryError('opcua.failed', concerned, `the server answered unexpectedly (${oneLine(text)})`, 'Check the log of the server; the gateway keeps trying.', { cause: error });
  }
  const Kind = cause.kind === 'configuration' ? ConfigurationError : TemporaryError;
  return new Kind(cause.code, concerned, cause.what, cause.remedy, { cause: error });
}

export const notConnected = (concerned: string): TemporaryError =>
  new TemporaryError('opcua.not-connected', concerned, 'there is no session with the server', 'Wait until the endpoint is connected again.');

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
