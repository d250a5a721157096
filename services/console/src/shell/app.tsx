import { Button, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { RouterProvider } from 'react-router/dom';
import { useText } from '../i18n/text';
import { LiveProvider } from '../live/live-context';
import { Loading, StatePage } from '../parts/states';
import { SignInPage } from '../pages/sign-in/sign-in-page';
import { router } from './routes';
import { SessionProvider } from './session';
import { theme, variables } from './theme';

export function App(): ReactNode {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="top-center" autoClose={4000} />
      <SessionProvider signedOut={(retry) => <SignInPage onSignedIn={retry} />} waiting={(error, retry) => (error ? <NoAnswer retry={retry} /> : <Loading />)}>
        <LiveProvider>
          <RouterProvider router={router} />
        </LiveProvider>
      </SessionProvider>
    </MantineProvider>
  );
}

function NoAnswer({ retry }: { readonly retry: () => void }): ReactNode {
  const { t } = useText();
  return (
    <main>
      <StatePage title={t('state.errorTitle')} text={t('state.errorNetwork')}>
        <Button variant="default" onClick={retry}>
          {t('state.retry')}
        </Button>
      </StatePage>
    </main>
  );
}
