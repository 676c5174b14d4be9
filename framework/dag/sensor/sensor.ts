import { z } from 'zod';

import type { Clock } from '../../core/clock.ts';
import { type Millis, parseDuration } from '../../core/duration.ts';
import { DataFailure, DefinitionFailure } from '../../core/failures.ts';
import { type SensorId, sensorId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { Temporal } from '../../core/time.ts';
import { type DeclaredConnection, distinctConnections } from '../connections.ts';
import type { Dag } from '../dag.ts';
import { type ItemWindow, ItemWindowShape } from './item-window.ts';
import type { Order } from '../schedule/schedule.ts';
import type { Connections } from '../task-context.ts';
import { parseInstant } from '../schedule/window-kind.ts';

/**
 * Looks for new items at an interval and starts one run of its dag for each, or makes one window of its pipeline of each.
 * What it has seen is its cursor.
 */
export interface Sensor {
  readonly id: SensorId;
  readonly dag: Dag;
  readonly everyMs: Millis;
  /** A poll that takes longer is given up and counts as failed. */
  readonly timeoutMs: Millis;
  readonly order: Order;
  /** Of a pipeline: where the window of the first item begins, if the item does not say. */
  readonly start?: Temporal.Instant;
  readonly connections: readonly DeclaredConnection[];
  /** @throws whatever the poll throws, or DataFailure `E_SENSOR_CURSOR`, `E_SENSOR_POLL`, `E_SENSOR_PARAMS`, `E_SENSOR_WINDOW` */
  readonly poll: (context: PollContext) => Promise<Polled>;
}

export interface PollContext<Cursor = Json> {
  /** What the last poll returned; undefined before the first one and after a reset. */
  readonly cursor: Cursor | undefined;
  /** Aborts at the time limit and at shutdown. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  readonly connections: Connections;
}

export interface SensorItem {
  /** Known for ever: a key that this sensor has returned once never starts a second run. */
  readonly key: string;
  /** Parameters of the run, as the dag's `params` schema reads them. */
  readonly params?: Readonly<Record<string, Json>>;
  /** Each item of a pipeline has one; items of other dags have none. */
  readonly window?: ItemWindow;
}

export interface Polled<Cursor = Json> {
  /** In the order in which their runs start; at most 1,000. */
  readonly items: readonly SensorItem[];
  /** For the next poll; absent, the cursor stays as it is. */
  readonly cursor?: Cursor;
  /** There is more behind the last item: poll again at once. */
  readonly more?: boolean;
}

export interface SensorOptions<Cursor> {
  /** The pause between two polls, for example `30s`. */
  readonly every: string;
  /** What each item starts a run of. Of a pipeline, which has no schedule then, each item becomes a window with a record. */
  readonly dag: Dag;
  /** The cursor's form as JSON. A stored cursor of another form stops the polls until it is set or reset. */
  readonly cursor?: z.ZodType<Cursor>;
  /** `strict` (default): an item's run waits for the success of all earlier ones. `free`: side by side up to `maxActiveRuns`. */
  readonly order?: Order;
  /** Of a pipeline: where the window of the first item begins, if the item does not say, for example `2026-01-01T00:00Z`. */
  readonly start?: string;
  /** Default `1m`. */
  readonly timeout?: string;
  /** What `poll` gets from `context.connections`, so that `windrow config check` knows. */
  readonly connections?: readonly DeclaredConnection[];
  readonly poll: (context: PollContext<NoInfer<Cursor>>) => Promise<Polled<NoInfer<Cursor>>>;
}

/** The most items of one poll. */
export const MAX_SENSOR_ITEMS = 1000;

/**
 * Defines a sensor:
 *
 *     export const arrivals = sensor('arrivals', {
 *       every: '30s',
 *       dag: files,
 *       cursor: z.string(),
 *       poll: async ({ cursor }) => newDirectories({ list: await listFolder(), after: cursor }),
 *     });
 *
 * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_DURATION_UNREADABLE`, `E_INSTANT_UNREADABLE`, `E_SENSOR_PIPELINE`, `E_CONNECTION_TWICE`
 */
export function sensor<Cursor = Json>(id: string, options: SensorOptions<Cursor>): Sensor {
  const name = sensorId(id);
  const { dag, every, timeout = '1m', order = 'strict', start, connections = [] } = options;
  const unfit = unfitDag(dag, start);
  if (unfit !== undefined) throw new DefinitionFailure('E_SENSOR_PIPELINE', `Sensor "${name}" ${unfit}`);
  return {
    id: name,
    dag,
    everyMs: parseDuration(every),
    timeoutMs: parseDuration(timeout),
    order,
    connections: distinctConnections(name, connections),
    ...(start === undefined ? {} : { start: parseInstant(start, 'start of the sensor') }),
    poll: async ({ cursor, ...context }) => {
      const read = readCursor(name, options.cursor ?? z.custom<Cursor>(), cursor);
      return checked(name, dag, await options.poll({ ...context, cursor: read }));
    },
  };
}

function unfitDag({ id, pipeline, schedule }: Dag, start: string | undefined): string | undefined {
  if (pipeline !== undefined && schedule !== undefined)
    return `starts the pipeline "${id}", which has a schedule that makes its windows. Take the schedule or the sensor away.`;
  if (pipeline === undefined && start !== undefined)
    return `has a start, but the dag "${id}" is no pipeline, so its items have no windows. Leave the start out.`;
  return undefined;
}

function readCursor<Cursor>(sensor: SensorId, schema: z.ZodType<Cursor>, cursor: Json | undefined): Cursor | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new DataFailure(
    'E_SENSOR_CURSOR',
    `Sensor "${sensor}" cannot use its cursor ${JSON.stringify(cursor)}: ${z.prettifyError(parsed.error)}. ` +
      `Set it: windrow sensors cursor ${sensor} --set JSON, or begin anew with --reset; known keys never run again.`,
    { cause: parsed.error },
  );
}

// PostgreSQL stores no U+0000 and no half of a surrogate pair; other control characters would spoil what people read.
const Key = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,500}$/u, 'expected 1 to 500 characters, none of them a control character');
const Params = z.record(z.string(), z.json());
const Result = z.strictObject({
  items: z
    .array(z.strictObject({ key: Key, params: Params.exactOptional(), window: ItemWindowShape.exactOptional() }))
    .max(MAX_SENSOR_ITEMS),
  cursor: z.json().exactOptional(),
  more: z.boolean().exactOptional(),
});

function checked(sensor: SensorId, dag: Dag, result: unknown): Polled {
  const parsed = Result.safeParse(result);
  if (!parsed.success) {
    throw new DataFailure(
      'E_SENSOR_POLL',
      `The poll of sensor "${sensor}" returned something else than { items, cursor, more } with at most ${MAX_SENSOR_ITEMS} items ` +
        `of { key, params, window }: ${z.prettifyError(parsed.error)}. For more items return the first ones, their cursor and more: true.`,
      { cause: parsed.error },
    );
  }
  for (const item of parsed.data.items) {
    checkWindow(sensor, dag, item);
    checkParams(sensor, dag, item);
  }
  return parsed.data;
}

function checkWindow(sensor: SensorId, { id, pipeline }: Dag, { key, window }: SensorItem): void {
  if ((pipeline === undefined) === (window === undefined)) return;
  const [what, help] =
    pipeline === undefined
      ? ['has a window', `is no pipeline. Leave the window out`]
      : ['has no window', `is a pipeline. Say which time it holds: window: { end } or { start, end }`];
  throw new DataFailure('E_SENSOR_WINDOW', `Sensor "${sensor}": the item "${key}" ${what}, but "${id}" ${help}.`);
}

function checkParams(sensor: SensorId, dag: Dag, { key, params = {} }: SensorItem): void {
  // Of a pipeline its ports alone could read them, and they read what its schema names.
  const schema = dag.params ?? (dag.pipeline === undefined ? z.unknown() : z.strictObject({}));
  const read = schema.safeParse(params);
  if (read.success) return;
  throw new DataFailure(
    'E_SENSOR_PARAMS',
    `Sensor "${sensor}": dag "${dag.id}" cannot use the params of the item "${key}": ${z.prettifyError(read.error)}. ` +
      `Let poll return params that the dag's schema reads.`,
    { cause: read.error },
  );
}
