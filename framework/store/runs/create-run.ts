import { z } from 'zod';

import { type RunId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Window } from '../../core/window.ts';
import type { Executor } from '../database.ts';
import { RunIdColumn } from './run-rows.ts';

export const RUN_KINDS = ['scheduled', 'manual', 'rerun', 'test', 'sensor', 'backfill'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/**
 * BullMQ takes jobs without a priority before all others, so every job has one; a smaller number goes first: live windows, and
 * what a person started and waits for, then windows that run again, then the past.
 */
export const RUN_PRIORITIES: Readonly<Record<RunKind, number>> = {
  scheduled: 100,
  manual: 100,
  rerun: 200,
  test: 100,
  sensor: 100,
  backfill: 10_000,
};

export interface NewRun {
  readonly dagId: string;
  readonly kind: RunKind;
  readonly window?: Window;
  readonly recordId?: number;
  readonly params?: Readonly<Record<string, Json>>;
  /** Default: the shape that the dag has at present. */
  readonly graphHash?: string;
}

export type CreatedRun = { readonly kind: 'created'; readonly runId: RunId } | { readonly kind: 'already_there' };

/**
 * Creates a queued run of the dag's present shape. `already_there`: the window has its scheduled run, or the record has
 * an open run. Unique indexes decide, so that any number of schedulers may try.
 */
export async function createRun(executor: Executor, run: NewRun): Promise<CreatedRun> {
  const [row] = await executor.run(CREATE, [
    run.dagId,
    run.kind,
    RUN_PRIORITIES[run.kind],
    run.window?.start.toString() ?? null,
    run.window?.end.toString() ?? null,
    run.window?.zone ?? null,
    run.recordId ?? null,
    JSON.stringify(run.params ?? {}),
    run.graphHash ?? null,
  ]);
  return row === undefined ? { kind: 'already_there' } : { kind: 'created', runId: Created.parse(row).id };
}

const CREATE = {
  name: 'create_run',
  text: `
insert into dag_run (dag_id, graph_hash, kind, priority, window_start, window_end, window_zone, record_id, params)
select id, coalesce($9, graph_hash), $2, $3, $4, $5, $6, $7, $8
from dag
where id = $1
on conflict do nothing
returning id`,
};

const Created = z.object({ id: RunIdColumn });
