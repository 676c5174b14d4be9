import { type Closable, closeAll } from '../core/closable.ts';
import { type Millis, milliseconds, minutes, seconds } from '../core/duration.ts';
import { failureRecord } from '../core/failures.ts';
import { repeat } from '../core/timer.ts';
import type { Polled, Sensor } from '../dag/sensor/sensor.ts';
import { backoff } from '../run/backoff.ts';
import { type FinishedPoll, failPoll, finishPoll, handBackPoll } from '../store/sensors/finish-poll.ts';
import { type TakenPoll, takePoll } from '../store/sensors/take-poll.ts';
import { storableJson } from '../worker/storable.ts';
import { type AdvanceTools, advance } from './advance.ts';
import { callPoll } from './call-poll.ts';

export interface SensorTools extends AdvanceTools {
  readonly random: () => number;
  /** How often each sensor is looked at; polled is it at its own interval. */
  readonly tickMs: Millis;
}

/** Polls the sensors that are due. Any number of processes may watch: one of them polls a sensor at a time. */
export function watchSensors(tools: SensorTools): Closable {
  const stop = new AbortController();
  const loops = [...tools.sensors.values()].map((sensor) =>
    repeat(
      tools.tickMs,
      () => pollIfDue(sensor, stop.signal, tools),
      (error) => {
        tools.log.warn(`Sensor ${sensor.id} could not be polled`, {
          error: error instanceof Error ? error.message : String(error),
        });
      },
    ),
  );
  return {
    close: () => {
      stop.abort();
      return closeAll(loops);
    },
  };
}

/** Longer than the last round trips of a poll take. */
const LEASE_BEYOND_TIMEOUT: Millis = seconds(5);

/** One look at a sensor. A poll that fails is stored with the sensor and not thrown. */
export async function pollIfDue(sensor: Sensor, signal: AbortSignal, tools: SensorTools): Promise<void> {
  const { store, clock, log } = tools;
  const leaseMs = sensor.timeoutMs + LEASE_BEYOND_TIMEOUT;
  const taken = await takePoll(store.database, { id: sensor.id, now: clock.now(), leaseMs });
  if (taken === undefined) return;
  try {
    const polled = await callPoll(sensor, { cursor: taken.cursor, signal }, tools);
    const finished = await finish(sensor, { taken, polled }, tools);
    if (finished.kind === 'overtaken') {
      log.info('A poll was overtaken', { sensor: sensor.id });
      // Of a sensor that was paused meanwhile the lease would outlive this poll, and hold up the first one behind the pause.
      return handBackPoll(store.database, { id: sensor.id, ...taken });
    }
    if (finished.started === 0) return;
    log.info('New items', { sensor: sensor.id, count: finished.started });
  } catch (error) {
    if (signal.aborted) return handBackPoll(store.database, { id: sensor.id, ...taken });
    return fail(sensor, { taken, error }, tools);
  }
  await advance(sensor.dag, tools);
}

async function finish(
  sensor: Sensor,
  { taken, polled }: { readonly taken: TakenPoll; readonly polled: Polled },
  { store, clock }: SensorTools,
): Promise<FinishedPoll> {
  const at = clock.now();
  const pause = polled.more === true ? 0 : sensor.everyMs;
  const nextPollAt = at.add({ milliseconds: pause });
  return finishPoll(store.database, sensor, { cursorVersion: taken.cursorVersion, at, nextPollAt, polled });
}

const LONGEST_PAUSE: Millis = minutes(15);

async function fail(
  { id, everyMs }: Sensor,
  { taken, error }: { readonly taken: TakenPoll; readonly error: unknown },
  { store, clock, log, random }: SensorTools,
): Promise<void> {
  const at = clock.now();
  const failure = failureRecord(error);
  const pause = pauseAfter(everyMs, taken.failures + 1, random());
  log.warn(`The poll of sensor ${id} failed`, { code: failure.code, error: failure.message });
  await failPoll(store.database, {
    id,
    cursorVersion: taken.cursorVersion,
    at,
    nextPollAt: at.add({ milliseconds: pause }),
    failure: storableJson(JSON.stringify(failure)),
  });
}

/** Never before the interval is over; twice as long after each further failure, up to 15 minutes or the interval. */
function pauseAfter(everyMs: Millis, failures: number, random: number): Millis {
  const maxDelayMs = milliseconds(Math.max(everyMs, LONGEST_PAUSE));
  const grown = backoff({ retries: 0, delayMs: everyMs, factor: 2, maxDelayMs }, failures, random);
  return milliseconds(Math.max(everyMs, grown));
}
