import {
  AlarmReading,
  GatewayReading,
  LineRepository,
  PipeRunRepository,
  ShiftYieldReading,
  SiteRepository,
  TagRepository,
  type RegistryDatabase,
} from '@telltale/plant-registry';
import type { SeriesReader } from '@telltale/time-series';

/** Everything that resolvers read. Each method takes the tenant. */
export class PlantData {
  readonly sites: SiteRepository;
  readonly tags: TagRepository;
  readonly pipeRuns: PipeRunRepository;
  readonly lines: LineRepository;
  readonly yields: ShiftYieldReading;
  readonly alarms: AlarmReading;
  readonly gateways: GatewayReading;

  constructor(
    readonly registry: RegistryDatabase,
    readonly series: SeriesReader,
  ) {
    this.sites = new SiteRepository(registry);
    this.tags = new TagRepository(registry);
    this.pipeRuns = new PipeRunRepository(registry);
    this.lines = new LineRepository(registry);
    this.yields = new ShiftYieldReading(registry);
    this.alarms = new AlarmReading(registry);
    this.gateways = new GatewayReading(registry);
  }
}
