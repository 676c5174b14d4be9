import type { z } from 'zod';

import { milliseconds } from '../core/duration.ts';
import { onlyGiven } from '../core/only-given.ts';
import type { DeclaredConnection } from '../dag/connections.ts';
import { type Dag, dag } from '../dag/dag.ts';
import { type PipelineOptions, pipelineSpec } from '../dag/pipeline-spec.ts';
import type { RetryPolicy } from '../dag/retry-policy.ts';
import type { Schedule } from '../dag/schedule/schedule.ts';
import { type NoInput, task } from '../dag/task.ts';
import type { TaskContext } from '../dag/task-context.ts';
import {
  type TemplateOptions,
  audit,
  cleanupStaleLocks,
  preValidation,
  sourceToStage,
  stageToTarget,
  storeAndValidate,
} from './six-tasks.ts';
import type { OpenPorts } from './window-work.ts';

export interface PipelineDagOptions extends PipelineOptions {
  readonly description?: string;
  /** Absent: windows are made of what a sensor finds, or by hand: `windrow dags trigger`. */
  readonly schedule?: Schedule;
  /** What an item of a sensor or a person may give a window; ports read its parsed form in `params`. Absent: nothing. */
  readonly params?: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly tags?: readonly string[];
  /** How many windows run side by side: with overlap `allow` of a schedule (default 4), or without a schedule (default 1). */
  readonly maxActiveRuns?: number;
  /** Where data comes from, is held and ends. */
  readonly ports: OpenPorts;
  /** What `ports` opens, so that settings can be checked beforehand. */
  readonly connections: readonly DeclaredConnection[];
  /** For the two transfers; the other tasks keep the default. */
  readonly retry?: Partial<RetryPolicy>;
  /** Longest time of one transfer, for example `2h`. */
  readonly timeout?: string;
  /** Longest time of a run, all six tasks together: see `dag`. */
  readonly runTimeout?: string;
}

const DEFAULT_SIDE_BY_SIDE = 4;

/**
 * A dag of the six tasks over records: one run moves one window and resumes after its last completed phase.
 *
 *     export const orders = pipeline('orders', { schedule: every('1h'), connections: [shop, lake], ports: async ({ connections }) => … });
 */
export function pipeline(id: string, options: PipelineDagOptions): Dag {
  const { ports, connections, retry = {}, timeout, ...more } = options;
  const own = dagOptions(more);
  const template: TemplateOptions = {
    spec: pipelineSpec(own.pipeline),
    lagMs: own.schedule?.lagMs ?? milliseconds(0),
    openPorts: ports,
  };
  const long = { retry, connections, ...(timeout === undefined ? {} : { timeout }) };
  return dag(id, own, (d) => {
    const step = stepOf(template);
    const claimed = d.use('store_and_validate', task('store_and_validate', { run: step(storeAndValidate) }));
    const compared = d.use('pre_validation', task('pre_validation', { run: step(preValidation) }), {
      after: [claimed],
    });
    const staged = d.use('source_to_stage', task('source_to_stage', { run: step(sourceToStage), ...long }), {
      after: [compared],
    });
    const loaded = d.use('stage_to_target', task('stage_to_target', { run: step(stageToTarget), ...long }), {
      after: [staged],
    });
    const audited = d.use('audit', task('audit', { run: step(audit) }), { after: [loaded] });
    d.use('cleanup_stale_locks', task('cleanup_stale_locks', { run: step(cleanupStaleLocks), teardown: true }), {
      after: [audited],
    });
  });
}

function dagOptions(options: Omit<PipelineDagOptions, 'ports' | 'connections' | 'retry' | 'timeout'>) {
  const { description, schedule, params, tags, runTimeout, maxActiveRuns, ...records } = options;
  return {
    pipeline: records,
    maxActiveRuns: sideBySide(schedule, maxActiveRuns),
    ...onlyGiven({ description, schedule, params, tags, runTimeout }),
  };
}

function sideBySide(schedule: Schedule | undefined, most: number | undefined): number {
  if (schedule === undefined) return most ?? 1;
  return schedule.overlap === 'allow' ? (most ?? DEFAULT_SIDE_BY_SIDE) : 1;
}

/** The six functions take the template; a task takes a function of its context. */
function stepOf(template: TemplateOptions) {
  return <R>(run: (context: TaskContext, template: TemplateOptions) => R) =>
    (context: TaskContext<NoInput>) =>
      run(context, template);
}
