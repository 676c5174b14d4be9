import { hostname } from 'node:os';

import { type Closable, closeAll } from '../core/closable.ts';
import { type Millis, seconds } from '../core/duration.ts';
import { repeat } from '../core/timer.ts';
import type { Dag } from '../dag/dag.ts';
import { wakeUp } from '../dag/schedule/wake-up.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import { graphHash } from '../store/register-dags.ts';
import { type LiveProcess, forgetProcess, noteProcess } from '../store/workers.ts';
import type { Settler } from '../worker/settler.ts';
import { type AdvanceTools, advance } from './advance.ts';
import { type Swept, sweeper } from './sweep.ts';

export interface SchedulerOptions extends AdvanceTools {
  readonly dispatcher: Dispatcher;
  readonly settler: Settler;
  /** Unique among all processes. */
  readonly id: string;
  readonly dags: ReadonlyMap<string, Dag>;
  /** How often every dag is looked at even without a wake-up. */
  readonly tickMs: Millis;
}

const SWEEP: Millis = seconds(1);
const BEAT: Millis = seconds(2);
const RENEW_WAKE_UPS: Millis = seconds(30);

/**
 * Watches the clock and the leftovers. BullMQ's job schedulers are the wake-ups; the loops here make their loss harmless.
 * Any number of schedulers may run.
 */
export function startScheduler(given: SchedulerOptions): Closable {
  const closing = new AbortController();
  const options = { ...given, closing: closing.signal };
  const { dags, dispatcher, log } = options;
  const sweep = sweeper(options);
  const failed = (what: string) => (error: unknown) =>
    log.warn(what, { error: error instanceof Error ? error.message : String(error) });
  const move = (dag: Dag): Promise<void> => advance(dag, options).catch(failed(`Dag ${dag.id} could not be advanced`));
  return closable(closing, [
    heartbeat(options, failed('The scheduler could not say that it lives')),
    repeat(
      options.tickMs,
      async () => void (await Promise.all([...dags.values()].map(move))),
      failed('The tick failed'),
    ),
    repeat(SWEEP, () => report(sweep, options), failed('The sweep failed')),
    repeat(RENEW_WAKE_UPS, () => dispatcher.setWakeUps(wakeUps(dags)), failed('The wake-ups could not be set')),
    dispatcher.onWakeUp(async (id) => {
      const dag = dags.get(id);
      if (dag !== undefined) await move(dag);
    }),
  ]);
}

/** People who look must see whether somebody plans. */
function heartbeat({ store, dags, id }: SchedulerOptions, failed: (error: unknown) => void): Closable {
  const self: LiveProcess = {
    id,
    host: hostname(),
    pid: process.pid,
    kind: 'scheduler',
    pools: [],
    dags: [...dags.keys()],
    graphs: [...dags.values()].map(graphHash),
  };
  const beats = repeat(BEAT, () => noteProcess(store.database, self), failed);
  return {
    close: async () => {
      await beats.close();
      await forgetProcess(store.database, id).catch(failed);
    },
  };
}

async function report(sweep: () => Promise<Swept>, { log }: SchedulerOptions): Promise<void> {
  const swept = await sweep();
  if (Object.values(swept).some((count) => count > 0)) log.info('Swept', { ...swept });
}

function wakeUps(dags: ReadonlyMap<string, Dag>): ReadonlyMap<string, ReturnType<typeof wakeUp>> {
  return new Map(
    [...dags].flatMap(([id, { schedule }]) => (schedule === undefined ? [] : [[id, wakeUp(schedule)] as const])),
  );
}

function closable(closing: AbortController, parts: readonly Closable[]): Closable {
  let closed: Promise<void> | undefined;
  return {
    close: () => {
      closing.abort();
      return (closed ??= closeAll(parts));
    },
  };
}
