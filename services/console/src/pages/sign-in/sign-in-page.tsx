import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useMemo, useState, type FormEvent, type ReactNode } from 'react';
import { chooseLanguage, useText, type TextKey } from '../../i18n/text';
import { fetchClient } from '../../live/live-client';
import { codeOf } from '../../parts/states';
import { SignInDocument } from '../../shell/shell.documents';
import './sign-in.css';

const REASONS: Readonly<Record<string, TextKey>> = { SIGN_IN_REFUSED: 'signIn.refused', SIGN_IN_LOCKED: 'signIn.locked' };

export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => void }): ReactNode {
  const { t, language } = useText();
  const client = useMemo(fetchClient, []);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${t('signIn.title')} · Telltale`;
  }, [t]);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const { error } = await client.mutation(SignInDocument, { email: email.trim(), password }).toPromise();
    setBusy(false);
    if (!error) return onSignedIn();
    const key = REASONS[codeOf(error)];
    const message = error.graphQLErrors[0]?.message;
    setProblem(key ? t(key) : message ? t('state.errorServer', { message }) : t('state.errorNetwork'));
  };

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)} data-testid="sign-in-form">
        <img src="/telltale.svg" width={52} height={52} alt="" />
        <div>
          <h1>{t('app.name')}</h1>
          <p className="dim">{t('app.claim')}</p>
        </div>
        {problem && (
          <Alert color="dark" variant="outline" role="alert" data-testid="sign-in-problem">
            {problem}
          </Alert>
        )}
        <TextInput label={t('signIn.email')} type="email" name="email" autoComplete="username" required withAsterisk={false} size="md" value={email} onChange={(event) => setEmail(event.currentTarget.value)} autoFocus />
        <PasswordInput label={t('signIn.password')} name="password" autoComplete="current-password" required withAsterisk={false} size="md" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" size="md" loading={isBusy} fullWidth mt={4}>
          {t('signIn.submit')}
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={() => void chooseLanguage(language === 'de' ? 'en' : 'de')} lang={language === 'de' ? 'en' : 'de'}>
          {t('user.language')}
        </Button>
      </form>
    </main>
  );
}
