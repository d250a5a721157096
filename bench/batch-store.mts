import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { encodeBatch } from '@telltale/tag-sample';
import { SensorLike } from './sensor-like.mts';

export interface StoredBatch {
  readonly gateway: number;
  readonly seq: number;
  readonly samples: number;
  readonly bytes: number;
  readonly at: number;
}

export interface BatchStoreOptions {
  readonly tags: number;
  readonly tagsPerGateway: number;
  readonly secondsPerBatch: number;
  readonly seconds: number;
  readonly startS: number;
  readonly seed: number;
}

/** Encoded batches on disk, made before a run so that making them does not take its cores; in the order in which gateways send them. */
export class BatchStore {
  readonly batches: StoredBatch[] = [];
  samples = 0;
  bytes = 0;
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'w+');
  }

  fill(options: BatchStoreOptions): void {
    const sensors = new SensorLike(options.tags, options.seed);
    const gateways = Math.ceil(options.tags / options.tagsPerGateway);
    for (let at = 0, seq = 1; at < options.seconds; at += options.secondsPerBatch, seq++) {
      for (let gateway = 0; gateway < gateways; gateway++) {
        const first = gateway * options.tagsPerGateway;
        const samples = sensors.columns(first, Math.min(options.tagsPerGateway, options.tags - first), options.startS + at, options.secondsPerBatch);
        const encoded = encodeBatch({ identity: { gatewayId: gateway + 1, epoch: 1, seq }, samples, continuity: [] });
        writeSync(this.file, encoded, 0, encoded.length, this.bytes);
        this.batches.push({ gateway: gateway + 1, seq, samples: samples.tagIds.length, bytes: encoded.length, at: this.bytes });
        this.bytes += encoded.length;
        this.samples += samples.tagIds.length;
      }
    }
  }

  read({ at, bytes }: StoredBatch): Buffer {
    const encoded = Buffer.allocUnsafeSlow(bytes);
    readSync(this.file, encoded, 0, bytes, at);
    return encoded;
  }

  close(): void {
    closeSync(this.file);
  }
}
