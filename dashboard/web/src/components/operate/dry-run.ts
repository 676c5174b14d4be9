import { type UseQueryResult, useQuery } from '@tanstack/react-query';

import type { Problem } from '../../api/problem.ts';
import { send } from '../../api/request.ts';

/** A change that the API can do, or only show with `dryRun`. */
export interface Deed {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a deed would do; asked again whenever something changes, so that the preview stays true. */
export function useDryRun<Preview>({ path, body }: Deed, isReady: boolean): UseQueryResult<Preview, Problem> {
  return useQuery<Preview, Problem>({
    queryKey: [`dry-run ${path}`, body],
    queryFn: async () => send({ method: 'POST', path, body: { ...body, dryRun: true } }),
    enabled: isReady,
    staleTime: 0,
    retry: false,
  });
}
