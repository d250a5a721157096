import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { CombinedError } from 'urql';
import type { MeQuery } from '../generated/graphql';
import { fetchClient } from '../live/live-client';
import { MeDocument, SignOutDocument } from './shell.documents';

type Me = NonNullable<MeQuery['me']>;
export interface Session {
  readonly me: Me;
  readonly signOut: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it.');
  return session;
}

interface Gates {
  readonly signedOut: (retry: () => void) => ReactNode;
  readonly waiting: (error: CombinedError | null, retry: () => void) => ReactNode;
  readonly children: ReactNode;
}

type Look = { readonly kind: 'asking' } | { readonly kind: 'failed'; readonly error: CombinedError } | { readonly kind: 'out' } | { readonly kind: 'in'; readonly me: Me };

/** Knows who is signed in and shows the right one of three: waiting, signed out, the console. */
export function SessionProvider({ signedOut, waiting, children }: Gates): ReactNode {
  const client = useMemo(fetchClient, []);
  const [look, setLook] = useState<Look>({ kind: 'asking' });
  const ask = useCallback(async () => {
    const { data, error } = await client.query(MeDocument, {}).toPromise();
    if (data) setLook(data.me ? { kind: 'in', me: data.me } : { kind: 'out' });
    else if (error?.graphQLErrors.some(({ extensions }) => extensions['code'] === 'NOT_SIGNED_IN')) setLook({ kind: 'out' });
    else if (error) setLook({ kind: 'failed', error });
  }, [client]);
  const signOut = useCallback(async () => {
    await client.mutation(SignOutDocument, {}).toPromise();
    setLook({ kind: 'out' });
  }, [client]);
  const retry = useCallback(() => void ask(), [ask]);
  useEffect(retry, [retry]);
  useEffect(() => {
    if (look.kind !== 'failed') return undefined;
    const timer = window.setInterval(retry, 3000);
    return () => window.clearInterval(timer);
  }, [look.kind, retry]);

  const me = look.kind === 'in' ? look.me : null;
  const session = useMemo(() => (me ? { me, signOut } : null), [me, signOut]);
  if (look.kind === 'out') return signedOut(retry);
  if (!session) return waiting(look.kind === 'failed' ? look.error : null, retry);
  return <SessionContext value={session}>{children}</SessionContext>;
}
