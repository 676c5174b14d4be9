import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { Cancelled, TimedOut } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import { rest } from '../core/timer.ts';
import type { Polled, Sensor } from '../dag/sensor/sensor.ts';
import type { Connections } from '../dag/task-context.ts';

export interface PollTools {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PollCall {
  readonly cursor: Json | undefined;
  /** Stops the poll before its end. */
  readonly signal: AbortSignal;
}

/**
 * Asks a sensor's code what is new since the cursor. Ends at the time limit or at the signal, whether the code heeds it or not.
 * @throws whatever the code throws, TimedOut `E_SENSOR_TIMED_OUT`, Cancelled `E_SENSOR_STOPPED`
 */
export async function callPoll(sensor: Sensor, { cursor, signal }: PollCall, tools: PollTools): Promise<Polled> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const { connections, clock } = tools;
  const log = tools.log.child({ sensor: sensor.id });
  const limit = rest(sensor.timeoutMs, stop).then(() =>
    Promise.reject(stop.aborted ? stopped(sensor) : timedOut(sensor)),
  );
  // After the poll has ended nobody waits for the limit any more.
  limit.catch(() => {});
  try {
    return await Promise.race([sensor.poll({ cursor, signal: stop, log, clock, connections }), limit]);
  } finally {
    ended.abort();
  }
}

function stopped({ id }: Sensor): Cancelled {
  return new Cancelled('E_SENSOR_STOPPED', `The poll of sensor "${id}" is stopped.`);
}

function timedOut({ id, timeoutMs }: Sensor): TimedOut {
  return new TimedOut(
    'E_SENSOR_TIMED_OUT',
    `The poll of sensor "${id}" took longer than ${formatDuration(timeoutMs)}. Raise its timeout, or let it look at less.`,
  );
}
