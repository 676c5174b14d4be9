import { type Dag, type Sensor, type SensorItem, type TaskContext, Temporal, dag, sensor, task } from '#framework';
import { z } from 'zod';

import { type LoadOptions, PATIENT, leaveEffect, stumble } from './effect.ts';
import type { Expectation } from './expectations.ts';

/** So many items that are known already are found anew by each poll. */
const FOUND_AGAIN = 3;

/** An item is the window between two moments of a grid. */
const Params = z.object({ at: z.string(), until: z.string() });
type Arrived = TaskContext<object, z.infer<typeof Params>>;

/** A sensor that finds an item each so many seconds, in the order of time, and the dag that takes each. */
export function arrivals({ dagId, everyMs }: Expectation, options: LoadOptions): { dag: Dag; sensor: Sensor } {
  const taking = itemDag(dagId, options);
  const first = Math.ceil(options.start.epochMilliseconds / everyMs) * everyMs;
  return {
    dag: taking,
    sensor: sensor(dagId, {
      every: '1s',
      timeout: '2s',
      dag: taking,
      cursor: z.number(),
      poll: async ({ cursor = first, clock }) => {
        const from = Math.max(first, cursor - FOUND_AGAIN * everyMs);
        const count = Math.max(0, Math.floor((clock.now().epochMilliseconds - from) / everyMs));
        const found = Array.from({ length: count }, (_, index) => from + index * everyMs);
        return { items: found.map((at) => item(at, at + everyMs)), cursor: from + count * everyMs };
      },
    }),
  };
}

function item(atMs: number, untilMs: number): SensorItem {
  const at = new Date(atMs).toISOString();
  return { key: at, params: { at, until: new Date(untilMs).toISOString() } };
}

function itemDag(dagId: string, { target }: LoadOptions): Dag {
  const leave = (context: Arrived): Promise<void> =>
    leaveEffect(target, context, { start: context.params.at, taskId: context.taskId });
  const receive = task('receive', {
    retry: PATIENT,
    run: async (context: Arrived) => {
      await stumble(target, context.dagId, Temporal.Instant.from(context.params.at));
      await leave(context);
      return null;
    },
  });
  const fileAway = task('file_away', {
    retry: PATIENT,
    run: async (context: Arrived) => {
      await leave(context);
      return null;
    },
  });
  return dag(dagId, { params: Params }, (d) => {
    d.use('files_away', fileAway, { after: [d.use('receives', receive)] });
  });
}
