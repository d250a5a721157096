import { BatchAnswer, EnrolmentAnswer, GatewayConfiguration, INGEST_PATHS, IngestRefusal, KEY_ROTATION_HEADER, KeyAnswer, Watermark, type GatewayStatus } from '@telltale/ingest-contract';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { GatewayPremises } from '../gateway-premises.js';

const TIMEOUT_MS = 15_000;

/** Ingest is out of reach, too slow, overloaded or ill: try again later. */
export class IngestUnavailableError extends Error {
  readonly code = 'INGEST_UNAVAILABLE';
  constructor(
    what: string,
    /** When ingest said how long to wait, ms. */
    readonly retryAfterMs: number | null,
    options?: { cause?: unknown },
  ) {
    super(`${what}. The gateway keeps its samples and tries again.`, options);
    this.name = 'IngestUnavailableError';
  }
}

/** Ingest does not accept the key. */
export class GatewayKeyRefusedError extends Error {
  readonly code = 'GATEWAY_KEY_REFUSED';
  constructor(status: number, message: string) {
    super(`The platform refuses the key of this gateway (${status}): ${message} The gateway keeps its samples; give it a valid key.`);
    this.name = 'GatewayKeyRefusedError';
  }
}

/** Ingest will never take this batch. */
export class BatchRefusedError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'BatchRefusedError';
  }
}

export type ConfigurationAnswer = { readonly changed: false } | { readonly changed: true; readonly etag: string | null; readonly configuration: GatewayConfiguration };

/** The only door to the platform: outbound HTTP to ingest. */
@Injectable()
export class IngestClient {
  /** Platform clock minus gateway clock, µs, to about a second; null before the first answer. */
  clockSkewUs: number | null = null;
  /** The platform said so in its last answer to a status. */
  keyRotationIsDue = false;
  private readonly end = new AbortController();

  constructor(private readonly premises: GatewayPremises) {}

  async sendBatch(bytes: Uint8Array): Promise<Watermark> {
    const response = await this.request(INGEST_PATHS.batches, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    });
    return (await this.parsed(response, BatchAnswer)).committed;
  }

  async watermark(epoch: number): Promise<Watermark> {
    return this.parsed(await this.request(`${INGEST_PATHS.watermark}?epoch=${epoch}`, {}), Watermark);
  }

  async configuration(etag: string | null): Promise<ConfigurationAnswer> {
    const response = await this.request(INGEST_PATHS.configuration, { headers: etag === null ? {} : { 'if-none-match': etag } });
    if (response.status === 304) return { changed: false };
    return { changed: true, etag: response.headers.get('etag'), configuration: await this.parsed(response, GatewayConfiguration) };
  }

  async reportStatus(status: GatewayStatus): Promise<void> {
    const response = await this.request(INGEST_PATHS.status, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(status) });
    await response.arrayBuffer();
    this.keyRotationIsDue = response.headers.get(KEY_ROTATION_HEADER) === 'due';
  }

  /** Exchanges the single-use token: from now on the key is accepted. Asked again with the same pair it answers the same. */
  async enrol(token: string, key: string): Promise<EnrolmentAnswer> {
    return this.parsed(await this.request(INGEST_PATHS.enrolment, jsonPost({ token, key }), null), EnrolmentAnswer);
  }

  /** Makes the next key known with the present one, or with `shownKey`. */
  async changeKey(next: string, shownKey: string | null): Promise<KeyAnswer> {
    return this.parsed(await this.request(INGEST_PATHS.key, jsonPost({ key: next }), shownKey ?? this.ownKey()), KeyAnswer);
  }

  /** Ends what is on its way; nothing is sent any more. */
  stop(): void {
    this.end.abort();
  }

  private ownKey(): string {
    const { current } = this.premises.credentials;
    if (current === null) throw new IngestUnavailableError('The gateway is not enrolled yet', null);
    return current;
  }

  private async request(path: string, init: RequestInit, key: string | null = this.ownKey()): Promise<Response> {
    const { settings } = this.premises;
    let response: Response;
    try {
      response = await fetch(new URL(path, settings.INGEST_URL), {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init.headers)), ...(key !== null && { authorization: `Bearer ${key}` }) },
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.end.signal]),
      });
    } catch (cause) {
      throw new IngestUnavailableError(`Ingest at ${settings.INGEST_URL} can't be reached (${causeOf(cause)})`, null, { cause });
    }
    this.noteClock(response.headers.get('date'));
    if (response.status < 400) return response;
    throw await refusal(response);
  }

  private async parsed<S extends z.ZodType>(response: Response, schema: S): Promise<z.infer<S>> {
    let body: unknown;
    try {
      body = await response.json();
    } catch (cause) {
      throw new IngestUnavailableError(`The answer of ingest to ${new URL(response.url).pathname} broke off`, null, { cause });
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new IngestUnavailableError(`The answer of ingest to ${new URL(response.url).pathname} is not understood: ${parsed.error.issues[0]?.message ?? ''}`, null);
  }

  private noteClock(date: string | null): void {
    const at = date === null ? NaN : Date.parse(date);
    // The header has whole seconds: on average it is half a second behind.
    if (Number.isFinite(at)) this.clockSkewUs = (at + 500) * 1000 - this.premises.nowUs();
  }
}

const jsonPost = (body: object): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause: unknown = error.cause;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : error.message;
}

async function refusal(response: Response): Promise<Error> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = IngestRefusal.safeParse(body);
  const { code, message } = parsed.success ? parsed.data.error : { code: `HTTP_${response.status}`, message: `Ingest answered ${response.status}.` };
  if (response.status === 401 || response.status === 403) return new GatewayKeyRefusedError(response.status, message);
  if (response.status === 429 || response.status === 408 || response.status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? NaN);
    return new IngestUnavailableError(`Ingest answered ${response.status}: ${message}`, Number.isFinite(seconds) ? Math.min(seconds, 300) * 1000 : null);
  }
  return new BatchRefusedError(response.status, code, message);
}
