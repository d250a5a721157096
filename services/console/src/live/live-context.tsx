import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { Provider } from 'urql';
import { openLive, type LiveSession } from './live-client';

const Live = createContext<LiveSession | null>(null);

export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [session, setSession] = useState<LiveSession | null>(null);
  useEffect(() => {
    const opened = openLive();
    setSession(opened);
    return opened.close;
  }, []);
  if (!session) return null;
  return (
    <Live value={session}>
      <Provider value={session.client}>{children}</Provider>
    </Live>
  );
}

export function useLive(): LiveSession {
  const session = use(Live);
  if (!session) throw new Error('useLive needs a LiveProvider above it.');
  return session;
}
