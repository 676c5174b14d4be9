import { useEffect } from 'react';

import { installationTime } from '../../app/now.ts';
import { askAgainIn } from './ask-again-in.ts';

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
    const timer = window.setTimeout(() => void refetch(), askAgainIn(next, installationTime(dataUpdatedAt)));
    return () => window.clearTimeout(timer);
  }, [next, dataUpdatedAt, refetch]);
}
