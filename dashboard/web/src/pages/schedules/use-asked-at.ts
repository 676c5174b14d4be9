import { useEffect } from 'react';

/** A poll ends a moment after it is due; one that is late is waited for at this pace. */
const BEHIND_MS = 1500;
const PAUSE_MS = 10_000;

interface Reading {
  readonly dataUpdatedAt: number;
  readonly refetch: () => Promise<unknown>;
}

/** Asks again behind the next of these moments, as no event tells of a poll that finds nothing. */
export function useAskedAt(moments: readonly (string | null)[], { dataUpdatedAt, refetch }: Reading): void {
  const times = moments.flatMap((moment) => (moment === null ? [] : [Date.parse(moment)]));
  const next = times.length === 0 ? undefined : Math.min(...times);
  useEffect(() => {
    if (next === undefined) return;
    const wait = next - dataUpdatedAt + BEHIND_MS;
    const timer = window.setTimeout(() => void refetch(), wait > 0 ? wait : PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [next, dataUpdatedAt, refetch]);
}
