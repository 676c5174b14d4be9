import { z } from 'zod';

/** Joins the schedulers that were heard of during `silence` (a parameter in ms), told by the dag that `dagId` names. */
export function withLiveSchedulers(dagId: string, silence: string): string {
  return `
cross join lateral (
  select jsonb_build_object('all', count(*), 'withDag', count(*) filter (where ${dagId} = any (w.dags))) as schedulers
  from worker w
  where w.kind = 'scheduler' and w.seen_at >= now() - ${silence}::bigint * interval '1 ms'
) live`;
}

export const SchedulersColumn = z.object({ all: z.number(), withDag: z.number() });
