import { Button, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { CombinedError } from 'urql';
import { useText } from '../i18n/text';
import { useSession } from '../shell/session';

interface StateProps {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}

/** A whole page or panel that has nothing else to show, with the next step in words. */
export function StatePage({ title, text, children }: StateProps): ReactNode {
  return (
    <div className="state-page" role="status">
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}

export function Loading(): ReactNode {
  const { t } = useText();
  return (
    <div className="state-page" role="status" aria-busy="true">
      <Loader size="sm" type="dots" aria-hidden="true" />
      <p>{t('state.loading')}</p>
    </div>
  );
}

export function NotFound(): ReactNode {
  const { t } = useText();
  return (
    <StatePage title={t('state.notFoundTitle')} text={t('state.notFound')}>
      <Button component={Link} to="/" variant="default">
        {t('state.toOverview')}
      </Button>
    </StatePage>
  );
}

export const codeOf = (error: CombinedError): string => {
  const code = error.graphQLErrors[0]?.extensions['code'];
  return typeof code === 'string' ? code : '';
};

export function Failed({ error, retry }: { readonly error: CombinedError; readonly retry?: () => void }): ReactNode {
  const { t } = useText();
  const { me } = useSession();
  const code = codeOf(error);
  if (code === 'NOT_FOUND') return <NotFound />;
  if (code === 'NOT_ALLOWED') {
    return <StatePage title={t('state.forbiddenTitle')} text={t('state.forbidden', { tenant: me.tenant.name })} />;
  }
  const message = error.graphQLErrors[0]?.message;
  const text = message ? t('state.errorServer', { message }) : t('state.errorNetwork');
  return (
    <StatePage title={t('state.errorTitle')} text={text}>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('state.retry')}
        </Button>
      )}
    </StatePage>
  );
}

interface Asked<Data> {
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  readonly refresh: () => void;
}

/** Shows what a query gave, or the designed state in its place. Old data stays while a newer answer fails. */
export function Answered<Data>({ asked, children }: { readonly asked: Asked<Data>; readonly children: (data: Data) => ReactNode }): ReactNode {
  if (asked.data !== undefined) return children(asked.data);
  if (asked.error) return <Failed error={asked.error} retry={asked.refresh} />;
  return <Loading />;
}
