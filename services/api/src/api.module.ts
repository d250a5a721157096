import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { AlarmActionResolver } from './alarms/alarm-action.resolver.js';
import { AlarmReader } from './alarms/alarm-reader.js';
import { AlarmResolver } from './alarms/alarm.resolver.js';
import type { ApiPremises } from './api-premises.js';
import { ChannelResolver } from './channels/channel.resolver.js';
import { GatewayAccessResolver } from './gateway-access/gateway-access.resolver.js';
import { GatewayReader } from './gateways/gateway-reader.js';
import { GatewayResolver } from './gateways/gateway.resolver.js';
import { TagProblemResolver } from './gateways/tag-problem.resolver.js';
import { graphqlOptions } from './graphql/graphql.options.js';
import { ResolverErrors } from './graphql/resolver-errors.js';
import { AllowGuard } from './identity/allow.guard.js';
import { IdentityResolver } from './identity/identity.resolver.js';
import { DataPathReader } from './data-path/data-path-reader.js';
import { DataPathResolver } from './data-path/data-path.resolver.js';
import { EvidenceReader } from './leaks/evidence-reader.js';
import { LeakAlertReader } from './leaks/leak-alert-reader.js';
import { LeakAlertResolver } from './leaks/leak-alert.resolver.js';
import { PipeRunResolver } from './plant/pipe-run.resolver.js';
import { SiteAccess } from './plant/site-access.js';
import { SiteOverviewReader } from './plant/site-overview-reader.js';
import { SiteOverviewResolver, SiteResolver } from './plant/site.resolver.js';
import { TagImporter } from './tag-import/tag-importer.js';
import { TagImportResolver } from './tag-import/tag-import.resolver.js';
import { AsOfResolver } from './tags/as-of.resolver.js';
import { CalendarPeriods } from './tags/calendar-periods.js';
import { CalendarResolver } from './tags/calendar.resolver.js';
import { SeriesResolver } from './tags/series.resolver.js';
import { Freshness } from './tags/freshness.js';
import { TagResolver } from './tags/tag.resolver.js';
import { TrustResolver } from './trust/trust.resolver.js';
import { LineResolver } from './yield/line.resolver.js';
import { ShiftYieldReader } from './yield/shift-yield-reader.js';
import { TimelineReader } from './yield/timeline-reader.js';
import { ShiftYieldResolver } from './yield/shift-yield.resolver.js';

export const RESOLVERS = [
  AlarmActionResolver,
  AlarmResolver,
  ChannelResolver,
  AsOfResolver,
  CalendarResolver,
  DataPathResolver,
  GatewayAccessResolver,
  GatewayResolver,
  TagProblemResolver,
  IdentityResolver,
  LeakAlertResolver,
  LineResolver,
  PipeRunResolver,
  SeriesResolver,
  ShiftYieldResolver,
  SiteOverviewResolver,
  SiteResolver,
  TagImportResolver,
  TagResolver,
  TrustResolver,
] as const;

@Module({})
export class ApiModule {
  /** The api over opened connections; two of them in one process share nothing. */
  static over(premises: ApiPremises): DynamicModule {
    return {
      module: ApiModule,
      imports: [GraphQLModule.forRoot<MercuriusDriverConfig>(graphqlOptions(premises))],
      providers: [
        ...premises.providers(),
        { provide: APP_GUARD, useClass: AllowGuard },
        { provide: APP_FILTER, useClass: ResolverErrors },
        ...RESOLVERS,
        AlarmReader,
        CalendarPeriods,
        DataPathReader,
        EvidenceReader,
        Freshness,
        GatewayReader,
        LeakAlertReader,
        ShiftYieldReader,
        SiteAccess,
        SiteOverviewReader,
        TagImporter,
        TimelineReader,
      ],
    };
  }
}
