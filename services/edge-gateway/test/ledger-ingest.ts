import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { EnrolmentRequest, GatewayStatus, INGEST_PATHS, KEY_ROTATION_HEADER, KeyRequest, type GatewayConfiguration } from '@telltale/ingest-contract';
import { decodeBatch, samplesOf, type ContinuityRow, type Sample, type SampleBatch } from '@telltale/tag-sample';

interface Received extends Sample {
  /** Batches (by identity) that carried it. */
  readonly batches: Set<string>;
}

/** The network edge of the platform: a real HTTP server that decodes what comes and keeps a ledger. */
export class LedgerIngest {
  readonly samples = new Map<string, Received>();
  readonly continuity: ContinuityRow[] = [];
  readonly batches = new Map<string, SampleBatch>();
  readonly statuses: GatewayStatus[] = [];
  /** Two different contents under one identity. */
  conflicts = 0;
  posts = 0;
  configuration: GatewayConfiguration | null = null;
  /** Answers with this status instead of taking a batch. */
  refuse: (batch: SampleBatch) => { status: number; code: string; headers?: Record<string, string> } | null = () => null;
  /** false: accepts, but commits nothing. */
  commits = true;
  /** Keys that are accepted. */
  readonly keys = new Set(['test-key-0123456789']);
  /** Gives one key, once; null: nobody can enrol. */
  token: string | null = null;
  enrolments = 0;
  /** So many answers about keys get lost on the way back. */
  losesAnswers = 0;
  rotationDue = false;
  keyOfLastStatus = '';
  private enrolled: string | null = null;
  private readonly contents = new Map<string, string>();
  private server: Server | null = null;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.handle(request, response));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address) this.port = address.port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  of(tagId: number): Received[] {
    return [...this.samples.values()].filter((sample) => sample.tagId === tagId).sort((a, b) => a.sourceTimeUs - b.sourceTimeUs);
  }

  private watermark(epoch: number): { epoch: number; seq: number } {
    let seq = 0;
    if (this.commits) while (this.batches.has(`${epoch}/${seq + 1}`)) seq++;
    return { epoch, seq };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url ?? '/', this.url);
    const answer = (status: number, json: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(json === null ? undefined : JSON.stringify(json));
    const refusal = (code: string): unknown => ({ error: { code, message: `Refused: ${code}.`, remedy: 'Look at the test.' } });
    const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (url.pathname === INGEST_PATHS.enrolment) {
      this.enrolments++;
      const asked = EnrolmentRequest.parse(JSON.parse(body.toString()));
      if (asked.token !== this.token || (this.enrolled !== null && this.enrolled !== asked.key)) return answer(422, refusal('TOKEN_REFUSED'));
      this.enrolled = asked.key;
      this.keys.add(asked.key);
      return this.losesAnswers-- > 0 ? void response.destroy() : answer(200, { gatewayId: 7, expiresAt: null });
    }
    if (!this.keys.has(key)) return answer(401, refusal('KEY_UNKNOWN'));
    if (url.pathname === INGEST_PATHS.key) {
      this.keys.add(KeyRequest.parse(JSON.parse(body.toString())).key);
      this.rotationDue = false;
      return this.losesAnswers-- > 0 ? void response.destroy() : answer(200, { expiresAt: null, earlierAcceptedUntil: new Date(Date.now() + 86_400_000).toISOString() });
    }
    if (url.pathname === INGEST_PATHS.configuration) {
      const etag = `"${this.configuration?.version}"`;
      if (!this.configuration) return answer(503, refusal('NOT_READY'));
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
      return answer(200, this.configuration, { etag });
    }
    if (url.pathname === INGEST_PATHS.watermark) return answer(200, this.watermark(Number(url.searchParams.get('epoch'))));
    if (url.pathname === INGEST_PATHS.status) {
      this.statuses.push(GatewayStatus.parse(JSON.parse(body.toString())));
      this.keyOfLastStatus = key;
      return void response.writeHead(204, this.rotationDue ? { [KEY_ROTATION_HEADER]: 'due' } : {}).end();
    }
    const batch = decodeBatch(body);
    this.posts++;
    const refused = this.refuse(batch);
    if (refused) return answer(refused.status, refusal(refused.code), refused.headers);
    this.take(batch, body);
    answer(202, { committed: this.watermark(batch.identity.epoch) });
  }

  private take(batch: SampleBatch, body: Buffer): void {
    const name = `${batch.identity.epoch}/${batch.identity.seq}`;
    const content = body.toString('base64');
    if ((this.contents.get(name) ?? content) !== content) this.conflicts++;
    this.contents.set(name, content);
    if (this.batches.has(name)) return;
    this.batches.set(name, batch);
    this.continuity.push(...batch.continuity);
    for (const sample of samplesOf(batch.samples)) {
      const key = `${sample.tagId}/${sample.sourceTimeUs}`;
      const known = this.samples.get(key);
      if (known && !Object.is(known.value, sample.value)) this.conflicts++;
      if (known) known.batches.add(name);
      else this.samples.set(key, { ...sample, batches: new Set([name]) });
    }
  }
}
