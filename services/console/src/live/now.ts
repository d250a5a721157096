import { useEffect, useState } from 'react';

/** The present, in milliseconds, renewed at the given interval. */
export function useNow(everySeconds: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everySeconds * 1000);
    return () => window.clearInterval(timer);
  }, [everySeconds]);
  return now;
}

/** The present rounded down, so that queries over a window keep their variables for a while. */
export const useSteadyNow = (stepSeconds: number): number => {
  const now = useNow(Math.min(stepSeconds, 10));
  return Math.floor(now / (stepSeconds * 1000)) * stepSeconds * 1000;
};
