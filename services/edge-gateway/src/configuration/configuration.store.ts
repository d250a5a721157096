import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { GatewayConfiguration } from '@telltale/ingest-contract';
import { z } from 'zod';

const Kept = z.strictObject({ etag: z.string().nullable(), configuration: GatewayConfiguration });
export type KeptConfiguration = z.infer<typeof Kept>;

/** The last good configuration, so that the gateway collects although the platform is out of reach. */
export class ConfigurationStore {
  constructor(private readonly file: string) {}

  /** Null when there is none or it is damaged; then the platform is asked. */
  read(): KeptConfiguration | null {
    try {
      return Kept.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return null;
    }
  }

  write(kept: KeptConfiguration): void {
    writeFileSync(`${this.file}.new`, JSON.stringify(kept), { mode: 0o600, flush: true });
    renameSync(`${this.file}.new`, this.file);
  }
}
