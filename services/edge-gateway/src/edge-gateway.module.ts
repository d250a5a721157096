import { Module, type DynamicModule } from '@nestjs/common';
import { ConnectorCatalog } from './catalog/connector-catalog.provider.js';
import { SampleCollector } from './collect/sample-collector.js';
import { SpoolRoom } from './collect/spool-room.js';
import { ConfigurationSource } from './configuration/configuration-source.js';
import { Drain } from './drain/drain.js';
import { IngestClient } from './drain/ingest.client.js';
import { EndpointSupervisor } from './endpoint/endpoint-supervisor.js';
import { KeyKeeper } from './enrolment/key-keeper.js';
import { GatewayPremises } from './gateway-premises.js';
import { HistoryBackfill } from './history/history-backfill.js';
import { StatusReporter } from './status/status-reporter.js';

@Module({})
export class EdgeGatewayModule {
  static in(premises: GatewayPremises, catalog: ConnectorCatalog): DynamicModule {
    return {
      module: EdgeGatewayModule,
      providers: [
        { provide: GatewayPremises, useValue: premises },
        { provide: ConnectorCatalog, useValue: catalog },
        SpoolRoom,
        SampleCollector,
        IngestClient,
        KeyKeeper,
        HistoryBackfill,
        EndpointSupervisor,
        ConfigurationSource,
        Drain,
        StatusReporter,
      ],
    };
  }
}
