import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { MiniStrip } from '../../charts/mini-strip';
import { isUsable } from '../../charts/strip-rows';
import type { PipesAtAGlanceQuery } from '../../generated/graphql';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { PipesAtAGlanceDocument } from './overview.documents';

type Run = NonNullable<PipesAtAGlanceQuery['site']>['pipeRuns'][number];

/** Every pipe of the plant in one line each: quiet, or warm somewhere. */
export function PipesPanel(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const asked = useLiveQuery({ query: PipesAtAGlanceDocument, variables: { siteId: site.id }, on: ['alarm'], everySeconds: 20 });
  return (
    <Panel title={t('overview.pipesTitle')} note={t('overview.pipesHint')} testId="overview-pipes">
      <Answered asked={asked}>
        {(data) =>
          data.site ? (
            <ul className="plain">
              {data.site.pipeRuns.map((run) => (
                <PipeLine key={run.id} run={run} />
              ))}
            </ul>
          ) : (
            <NotFound />
          )
        }
      </Answered>
    </Panel>
  );
}

function PipeLine({ run }: { readonly run: Run }): ReactNode {
  const { t } = useText();
  const { slug } = useSite();
  const { locale } = useFormats();
  const sensors = run.sensors.map(({ tag, positionM, excess }) => ({
    tagId: tag.id,
    positionM,
    excess: excess ?? null,
    value: tag.latest?.value ?? null,
    quality: tag.latest?.quality ?? null,
    stale: tag.latest?.stale ?? true,
  }));
  const good = sensors.filter(isUsable).length;
  const count = run.openLeakAlerts.length;
  const state = count > 0 ? t('overview.leakCount', { count }) : t('overview.noLeaks');
  return (
    <li className="pipe-glance">
      <p>
        <Link to={sitePath(slug, `/pipes/${run.id}`)} className="strong">
          {run.name}
        </Link>{' '}
        <span className="dim small nowrap">{formatNumber(locale, run.lengthM, 0, 'm')}</span>
      </p>
      <p className="end">
        <span className={count > 0 ? 'strong' : undefined}>{state}</span>{' '}
        <span className={good < sensors.length * 0.9 ? 'off small nowrap' : 'dim small nowrap'}>{t('pipe.sensors', { good, count: sensors.length })}</span>
      </p>
      <MiniStrip label={`${run.name}: ${state}`} sensors={sensors} markers={run.openLeakAlerts.map(({ id, place }) => ({ id, positionM: place.positionM }))} lengthM={run.lengthM} />
    </li>
  );
}
