import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';

import type { LogLineJson, RunTaskJson } from '../../../../server/api/shapes/run.ts';
import type { Problem } from '../../api/problem.ts';
import { read, withQuery } from '../../api/request.ts';

/** Lines of a running try are written about once a second, and no event tells of them. */
const LIVE_MS = 1500;
const PAGE = 1000;

interface LogQuestion {
  readonly run: number;
  readonly task: Pick<RunTaskJson, 'taskId' | 'name' | 'mapIndex'>;
  readonly attempt: number | undefined;
  readonly isLive: boolean;
}

interface Lines {
  readonly items: readonly LogLineJson[];
}

interface TaskLog {
  /** Oldest first, as far back as was asked for. */
  readonly lines: readonly LogLineJson[];
  /** `fetchNextPage` asks for the lines before them. */
  readonly reading: UseInfiniteQueryResult<{ readonly pages: readonly Lines[] }, Problem>;
}

/** The newest lines of a task's log, and those before them on request. */
export function useTaskLog({ run, task, attempt, isLive }: LogQuestion): TaskLog {
  const instance = task.name === task.taskId ? undefined : task.mapIndex;
  const path = `/runs/${run}/tasks/${encodeURIComponent(task.taskId)}/log`;
  const query = { attempt, instance, limit: PAGE };
  const reading = useInfiniteQuery<
    Lines,
    Problem,
    { readonly pages: readonly Lines[] },
    readonly string[],
    number | undefined
  >({
    queryKey: [withQuery(path, query)],
    queryFn: async ({ signal, pageParam }) => read(withQuery(path, { ...query, before: pageParam }), signal),
    initialPageParam: undefined,
    getNextPageParam: ({ items }) => (items.length === PAGE ? items[0]?.id : undefined),
    refetchInterval: isLive ? LIVE_MS : false,
  });
  const pages = reading.data?.pages ?? [];
  return { lines: pages.toReversed().flatMap(({ items }) => items), reading };
}
