import { z } from 'zod';

import type { Clock } from '../core/clock.ts';
import { type Millis, parseDuration } from '../core/duration.ts';
import { DataFailure, DefinitionFailure } from '../core/failures.ts';
import { type SensorId, sensorId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import { type DeclaredConnection, distinctConnections } from './connections.ts';
import type { Dag } from './dag.ts';
import type { Order } from './schedule.ts';
import type { Connections } from './task-context.ts';

/** Looks for new items at an interval and starts one run of its dag for each. What it has seen is its cursor. */
export interface Sensor {
  readonly id: SensorId;
  readonly dag: Dag;
  readonly everyMs: Millis;
  /** A poll that takes longer is given up and counts as failed. */
  readonly timeoutMs: Millis;
  readonly order: Order;
  readonly connections: readonly DeclaredConnection[];
  /** @throws whatever the poll throws, or DataFailure `E_SENSOR_CURSOR`, `E_SENSOR_POLL`, `E_SENSOR_PARAMS` */
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
  /** What each item starts a run of. Not a pipeline: it makes its windows itself. */
  readonly dag: Dag;
  /** The cursor's form as JSON. A stored cursor of another form stops the polls until it is set or reset. */
  readonly cursor?: z.ZodType<Cursor>;
  /** `strict` (default): an item's run waits for the success of all earlier ones. `free`: side by side up to `maxActiveRuns`. */
  readonly order?: Order;
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
 * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_DURATION_UNREADABLE`, `E_SENSOR_PIPELINE`, `E_CONNECTION_TWICE`
 */
export function sensor<Cursor = Json>(id: string, options: SensorOptions<Cursor>): Sensor {
  const name = sensorId(id);
  const { dag, every, timeout = '1m', order = 'strict', connections = [] } = options;
  if (dag.pipeline !== undefined) {
    throw new DefinitionFailure(
      'E_SENSOR_PIPELINE',
      `Sensor "${name}" starts the pipeline "${dag.id}", which makes its windows itself. Let it start a plain dag, or give the pipeline a schedule.`,
    );
  }
  return {
    id: name,
    dag,
    everyMs: parseDuration(every),
    timeoutMs: parseDuration(timeout),
    order,
    connections: distinctConnections(name, connections),
    poll: async ({ cursor, ...context }) => {
      const read = readCursor(name, options.cursor ?? z.custom<Cursor>(), cursor);
      return checked(name, dag, await options.poll({ ...context, cursor: read }));
    },
  };
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
  items: z.array(z.strictObject({ key: Key, params: Params.exactOptional() })).max(MAX_SENSOR_ITEMS),
  cursor: z.json().exactOptional(),
  more: z.boolean().exactOptional(),
});

function checked(sensor: SensorId, dag: Dag, result: unknown): Polled {
  const parsed = Result.safeParse(result);
  if (!parsed.success) {
    throw new DataFailure(
      'E_SENSOR_POLL',
      `The poll of sensor "${sensor}" returned something else than { items, cursor, more } with at most ${MAX_SENSOR_ITEMS} items ` +
        `of { key, params }: ${z.prettifyError(parsed.error)}. For more items return the first ones, their cursor and more: true.`,
      { cause: parsed.error },
    );
  }
  for (const item of parsed.data.items) checkParams(sensor, dag, item);
  return parsed.data;
}

function checkParams(sensor: SensorId, dag: Dag, { key, params = {} }: SensorItem): void {
  const read = dag.params?.safeParse(params);
  if (read?.success !== false) return;
  throw new DataFailure(
    'E_SENSOR_PARAMS',
    `Sensor "${sensor}": dag "${dag.id}" cannot use the params of the item "${key}": ${z.prettifyError(read.error)}. ` +
      `Let poll return params that the dag's schema reads.`,
    { cause: read.error },
  );
}
