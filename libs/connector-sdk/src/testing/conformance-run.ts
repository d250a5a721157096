import type { Connector, ConnectorTag } from '../connector.js';
import { eventually, pause, RecordingHost } from './recording-host.js';
import type { ConformanceDevice, ConformanceSubject } from './conformance-subject.js';

/** One connector at work on one device, with the part of the gateway that polls. */
export class ConformanceRun {
  readonly host: RecordingHost;
  readonly connector: Connector;
  readonly dataWithinMs: number;
  readonly scanIntervalMs: number;
  private tags: readonly ConnectorTag<unknown>[] = [];
  private polling: Promise<void> | undefined;
  private stopped = false;
  /** Polls that didn't answer each asked tag exactly once. */
  readonly pollFaults: string[] = [];

  constructor(
    private readonly subject: ConformanceSubject,
    readonly device: ConformanceDevice,
    settings: unknown = device.settings,
    storageDir?: string,
  ) {
    this.host = new RecordingHost(device.secrets, storageDir);
    this.connector = subject.factory.create(subject.factory.parseSettings(settings), this.host);
    this.dataWithinMs = subject.dataWithinMs ?? 5_000;
    this.scanIntervalMs = subject.scanIntervalMs ?? 200;
  }

  /** Tag `index + 1` for the device's address `index`; 0 stands for the missing address. */
  tag(tagId: number): ConnectorTag<unknown> {
    const raw = tagId === 0 ? this.device.missingAddress : this.device.addresses[tagId - 1];
    return { tagId, tagPath: `conformance/tag-${tagId}`, address: this.subject.factory.parseAddress(raw), scanIntervalMs: this.scanIntervalMs };
  }

  async setTags(tagIds: readonly number[]): Promise<void> {
    this.tags = tagIds.map((tagId) => this.tag(tagId));
    await this.connector.setTags(this.tags);
  }

  /** Opens, retrying temporary errors as the gateway does. */
  async open(tagIds: readonly number[]): Promise<void> {
    await this.setTags(tagIds);
    await this.connector.open();
    if (this.connector.poll && !this.polling) this.polling = this.pollUntilClosed();
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.connector.close();
    await this.polling;
  }

  /** Waits for the value at a tag, good, emitted after `sinceUs`. */
  async value(tagId: number, value: number, sinceUs = 0): Promise<void> {
    await eventually(`tag ${tagId} shows ${value}`, this.dataWithinMs, () =>
      this.host.of(tagId).some((seen) => seen.value === value && seen.status >>> 30 === 0 && seen.emittedUs >= sinceUs),
    );
  }

  private async pollUntilClosed(): Promise<void> {
    while (!this.stopped) {
      const asked = this.tags;
      const answered = await this.connector.poll?.(asked).catch((error: unknown) => {
        if (!this.stopped) this.pollFaults.push(`poll rejected: ${String(error)}`);
        return [];
      });
      if (this.stopped) return;
      const ids = (answered ?? []).map(({ tagId }) => tagId).toSorted((a, b) => a - b);
      const wanted = asked.map(({ tagId }) => tagId).toSorted((a, b) => a - b);
      if (ids.join() !== wanted.join()) this.pollFaults.push(`asked ${wanted.join()}, answered ${ids.join()}`);
      this.host.emit(answered ?? []);
      await pause(this.scanIntervalMs);
    }
  }
}
