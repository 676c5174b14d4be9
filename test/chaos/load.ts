import { setTimeout as rest } from 'node:timers/promises';

import {
  Cancelled,
  type Clock,
  type Dag,
  type PipelineDagOptions,
  type Schedule,
  type StageManifest,
  type TaskContext,
  Temporal,
  type TransferContext,
  type TransferPorts,
  dag,
  defer,
  every,
  manifestFromJson,
  manifestToJson,
  pipeline,
  seconds,
  task,
  windowOf,
  windowText,
} from '#framework';

import { manifestOf } from '../support/transfer-doubles.ts';
import type { Target } from './target.ts';

/** What a dag of the load must have done in the end: these effects for every window between start and end. */
export interface Expectation {
  readonly dagId: string;
  readonly everyMs: number;
  readonly effects: readonly string[];
  readonly isPipeline: boolean;
  /** Effects of one window come after those of every earlier one. */
  readonly isStrict: boolean;
}

const [CHAIN, WIDTH] = [4, 10];
const CHAIN_TASKS = Array.from({ length: CHAIN }, (_, index) => `link_${index}`);
const FAN_TASKS = ['out', ...Array.from({ length: WIDTH }, (_, index) => `wide_${index}`), 'in'];

export const EXPECTED: readonly Expectation[] = [
  { dagId: 'chain', everyMs: 2000, effects: CHAIN_TASKS, isPipeline: false, isStrict: false },
  { dagId: 'fan', everyMs: 4000, effects: FAN_TASKS, isPipeline: false, isStrict: false },
  { dagId: 'retrying', everyMs: 3000, effects: ['fails_twice', 'goes_on'], isPipeline: false, isStrict: false },
  { dagId: 'deferring', everyMs: 3000, effects: ['waits', 'goes_on'], isPipeline: false, isStrict: false },
  { dagId: 'orders', everyMs: 3000, effects: ['load'], isPipeline: true, isStrict: true },
  { dagId: 'invoices', everyMs: 5000, effects: ['load'], isPipeline: true, isStrict: true },
];

export interface LoadOptions {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly target: Target;
}

/** Stands still at `end`, so that no window becomes due after it. */
export function clockUntil(end: Temporal.Instant, clock: Clock): Clock {
  return { now: () => earlier(end, clock.now()) };
}

/** The mixed load: every dag leaves the effects of its expectation, under its fence. */
export function loadDags(options: LoadOptions): readonly Dag[] {
  return EXPECTED.map((expected) => SHAPES[expected.dagId]?.(expected, options)).filter((made) => made !== undefined);
}

type Shape = (expected: Expectation, options: LoadOptions) => Dag;

const SHAPES: Readonly<Record<string, Shape>> = {
  chain: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      let previous = d.use(CHAIN_TASKS[0] ?? '', work());
      for (const id of CHAIN_TASKS.slice(1)) previous = d.use(id, work(), { after: [previous] });
    }),
  fan: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const out = d.use('out', work());
      const wide = FAN_TASKS.slice(1, -1).map((id) => d.use(id, work(), { after: [out] }));
      d.use('in', work(), { after: wide });
    }),
  retrying: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const failing = work(({ attempt }) => {
        if (attempt <= 2) throw new Error(`try ${attempt} is meant to fail`);
      });
      d.use('goes_on', work(), { after: [d.use('fails_twice', failing)] });
    }),
  deferring: (expected, options) =>
    loadDag(expected, options, (d, work) => {
      const waiting = work(
        () => {},
        (context) => earlier(options.end, windowOf(context).end.add({ seconds: 2 })),
      );
      d.use('goes_on', work(), { after: [d.use('waits', waiting)] });
    }),
  orders: pipelineOf,
  invoices: pipelineOf,
};

/** An outage of the target is a failure of a try, so there must be enough of them. */
const PATIENT = { retries: 30, delayMs: seconds(0.5), factor: 1.5, maxDelayMs: seconds(3) };

function scheduleOf({ everyMs }: Expectation, start: Temporal.Instant, free: boolean): Schedule {
  return every(`${everyMs / 1000}s`, {
    start: start.toString(),
    ...(free ? { overlap: 'allow', order: 'free' } : {}),
  });
}

type Before = (context: TaskContext) => void;
type Until = (context: TaskContext) => Temporal.Instant;
type Work = (before?: Before, until?: Until) => ReturnType<typeof effectTask>;
type Build = (d: Parameters<Parameters<typeof dag>[2]>[0], work: Work) => void;

function loadDag(expected: Expectation, { start, target }: LoadOptions, build: Build): Dag {
  const options = { schedule: scheduleOf(expected, start, true), maxActiveRuns: 6 };
  return dag(expected.dagId, options, (d) => build(d, (before, until) => effectTask(target, before, until)));
}

function effectTask(target: Target, before: Before = () => {}, until?: Until) {
  return task('effect', {
    retry: PATIENT,
    run: async (context: TaskContext) => {
      before(context);
      const due = until?.(context);
      if (due !== undefined && Temporal.Instant.compare(context.clock.now(), due) < 0) return defer(due, 'not yet');
      await takeTime(context.fence, context.signal);
      const { dagId, taskId, runId, fence } = context;
      const windowStart = windowOf(context).start.toString();
      const outcome = await target.load({ dagId, taskId, windowStart, fence, loadId: `${runId} ${taskId}` });
      if (outcome === 'fenced') throw fenced(`${dagId} ${windowStart} ${taskId}`);
      return null;
    },
  });
}

/** Long enough that a process is struck in the middle of its work; the same for the same fence. */
async function takeTime(fence: number, signal: AbortSignal): Promise<void> {
  await rest(50 + ((fence * 137) % 500), undefined, { signal });
}

function fenced(what: string): Cancelled {
  return new Cancelled('E_FENCED', `A newer try of ${what} was here already.`);
}

const ROWS = 3;

function pipelineOf(expected: Expectation, { start, target }: LoadOptions): Dag {
  const options: PipelineDagOptions = {
    connections: [],
    schedule: scheduleOf(expected, start, false),
    retry: PATIENT,
    ports: async () => portsOf(target),
  };
  return pipeline(expected.dagId, options);
}

function portsOf(target: Target): TransferPorts {
  const key = ({ pipelineId, window }: TransferContext) => ({
    dagId: pipelineId,
    windowStart: window.start.toString(),
    taskId: 'load',
  });
  const stagedAt = ({ pipelineId, window }: TransferContext) => [pipelineId, windowText(window)] as const;
  return {
    source: {
      count: async () => ({ kind: 'counted', rows: ROWS }),
      transfer: async (context) => {
        await takeTime(context.fence, context.signal);
        const manifest = manifestOf(context, ROWS);
        await target.stage(...stagedAt(context), manifestToJson(manifest));
        return manifest;
      },
    },
    stage: {
      clean: (context) => target.stage(...stagedAt(context), undefined),
      find: async (context) => readManifest(await target.staged(...stagedAt(context))),
      verify: async () => {},
    },
    target: {
      count: async (context) => {
        const loads = await target.count(key(context));
        return loads === 0 ? { kind: 'unknown', reason: 'never loaded' } : { kind: 'counted', rows: ROWS * loads };
      },
      clean: async () => {},
      load: async (manifest, context) => {
        await takeTime(context.fence, context.signal);
        const { fence, loadId } = context;
        const outcome = await target.load({ ...key(context), fence, loadId });
        if (outcome === 'fenced') throw fenced(loadId);
        return { outcome, rows: manifest.rows, tables: 1, schemaChanges: [], details: {} };
      },
      audit: async (manifest, context) => {
        const targetRows = ROWS * (await target.count(key(context)));
        const verdict = targetRows === manifest.rows ? 'PASS' : 'FAIL';
        return { verdict, sourceRows: manifest.rows, targetRows, differences: [] };
      },
    },
  };
}

function readManifest(text: string | undefined): StageManifest | undefined {
  return text === undefined ? undefined : manifestFromJson(text, 'target.stage');
}

function earlier(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(one, other) < 0 ? one : other;
}
