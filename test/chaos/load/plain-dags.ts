import { type Dag, DataFailure, type TaskContext, Temporal, dag, defer, every, task, windowOf } from '#framework';

import { type LoadOptions, PATIENT, leaveEffect, stumble } from './effect.ts';
import {
  CHAIN_TASKS,
  ELEMENTS,
  ELEMENT_THAT_FAILS,
  ELEMENT_THAT_WAITS,
  type Expectation,
  NARROW,
  WEIGHTS,
  WIDE_TASKS,
  elementTask,
} from './expectations.ts';

type Shape = (expected: Expectation, options: LoadOptions) => Dag;

/** Dags with a window each so many seconds, side by side. */
export const PLAIN_DAGS: Readonly<Record<string, Shape>> = {
  chain: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      let previous = d.use(CHAIN_TASKS[0] ?? '', work());
      for (const id of CHAIN_TASKS.slice(1)) previous = d.use(id, work(), { after: [previous] });
    }),
  fan: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const out = d.use('out', work());
      const wide = WIDE_TASKS.map((id) => d.use(id, work(), { after: [out] }));
      d.use('in', work(), { after: wide });
    }),
  retrying: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const failing = work({ before: ({ attempt }) => failUntil(3, attempt) });
      d.use('goes_on', work(), { after: [d.use('fails_twice', failing)] });
    }),
  deferring: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const waiting = work({ until: (context) => afterEnd(context, 2) });
      d.use('goes_on', work(), { after: [d.use('waits', waiting)] });
    }),
  turning: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      // Each of its first two tries waits, and then fails; the third only waits.
      const turning = work({
        until: (context) => afterEnd(context, 1 + context.attempt),
        before: ({ attempt }) => failUntil(3, attempt),
      });
      d.use('goes_on', work(), { after: [d.use('turns', turning)] });
    }),
  mapped,
  pooled: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      for (const [id, slots] of Object.entries(WEIGHTS)) d.use(id, work({ pool: NARROW.name, slots }));
    }),
  stumbling: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const before = d.use('goes_before', work());
      const stumbling = work({ before: (context) => stumble(options.target, context.dagId, windowOf(context).start) });
      d.use('goes_on', work(), { after: [d.use('stumbles', stumbling, { after: [before] })] });
    }),
  cancelled: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      d.use('goes_on', work(), { after: [d.use('begins', work())] });
    }),
};

interface WorkOptions {
  readonly before?: (context: TaskContext) => Promise<void> | void;
  readonly until?: (context: TaskContext) => Temporal.Instant;
  readonly pool?: string;
  readonly slots?: number;
}

type Work = (options?: WorkOptions) => ReturnType<typeof effectTask>;
type Build = (d: Parameters<Parameters<typeof dag>[2]>[0], work: Work) => void;

function loadDag({ dagId, everyMs }: Expectation, options: LoadOptions, build: Build): Dag {
  const schedule = every(`${everyMs / 1000}s`, { start: options.start.toString(), overlap: 'allow', order: 'free' });
  return dag(dagId, { schedule, maxActiveRuns: 6 }, (d) => build(d, (work) => effectTask(options, work)));
}

function effectTask({ target }: LoadOptions, { before = () => {}, until, ...limits }: WorkOptions = {}) {
  return task('effect', {
    ...limits,
    retry: PATIENT,
    run: async (context: TaskContext) => {
      const due = until?.(context);
      if (due !== undefined && isEarly(context, due)) return defer(due, 'not yet');
      await before(context);
      await leaveEffect(target, context, { start: windowOf(context).start.toString(), taskId: context.taskId });
      return null;
    },
  });
}

function mapped(expected: Expectation, options: LoadOptions): Dag {
  const { target } = options;
  const nameOf = (context: TaskContext, taskId: string) => ({ start: windowOf(context).start.toString(), taskId });
  const list = task('list', {
    retry: PATIENT,
    run: async (context: TaskContext) => {
      await leaveEffect(target, context, nameOf(context, 'list'));
      return ELEMENTS;
    },
  });
  const each = task('each', {
    retry: PATIENT,
    pool: NARROW.name,
    run: async (context: TaskContext<{ element: number }>) => {
      const { element } = context.input;
      const due = afterEnd(context, 1);
      if (element === ELEMENT_THAT_WAITS && isEarly(context, due)) return defer(due, 'not yet');
      if (element === ELEMENT_THAT_FAILS) failUntil(2, context.attempt);
      await leaveEffect(target, context, nameOf(context, elementTask(element)));
      return element;
    },
  });
  const gather = task('gather', {
    retry: PATIENT,
    run: async (context: TaskContext<{ all: readonly number[] }>) => {
      const { all } = context.input;
      if (all.join() !== ELEMENTS.join()) {
        throw new DataFailure('E_GATHERED', `Gathered ${all.join()}, expected ${ELEMENTS.join()}.`);
      }
      await leaveEffect(target, context, nameOf(context, 'gather'));
      return null;
    },
  });
  return loadDag(expected, options, (d) => {
    const elements = d.use('list', list);
    d.use('gather', gather, { all: d.use('each', each.map({ element: elements })) });
  });
}

function failUntil(good: number, attempt: number): void {
  if (attempt < good) throw new Error(`try ${attempt} is meant to fail`);
}

function afterEnd(context: Pick<TaskContext, 'window' | 'dagId' | 'taskId'>, seconds: number): Temporal.Instant {
  return windowOf(context).end.add({ seconds });
}

function isEarly({ clock }: Pick<TaskContext, 'clock'>, due: Temporal.Instant): boolean {
  return Temporal.Instant.compare(clock.now(), due) < 0;
}
