import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';

import type { BackfillDetailJson } from '../../../../server/api/shapes/backfill.ts';
import type { Problem } from '../../api/problem.ts';
import { read, withQuery } from '../../api/request.ts';

export type BackfillWindowJson = BackfillDetailJson['windows'][number];

interface ReadBackfill {
  /** With the windows that were asked for so far. */
  readonly backfill: BackfillDetailJson | undefined;
  /** `fetchNextPage` asks for the windows behind them. */
  readonly reading: UseInfiniteQueryResult<{ readonly pages: readonly BackfillDetailJson[] }, Problem>;
}

/** A backfill with its first windows, and those behind them on request. */
export function useBackfill(id: string): ReadBackfill {
  const path = `/backfills/${id}`;
  const reading = useInfiniteQuery<
    BackfillDetailJson,
    Problem,
    { readonly pages: readonly BackfillDetailJson[] },
    readonly string[],
    string | undefined
  >({
    queryKey: [path, 'pages'],
    queryFn: async ({ signal, pageParam }) => read(withQuery(path, { cursor: pageParam }), signal),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const pages = reading.data?.pages ?? [];
  const newest = pages.at(-1);
  const windows = pages.flatMap((page) => page.windows);
  return { backfill: newest === undefined ? undefined : { ...newest, windows }, reading };
}
