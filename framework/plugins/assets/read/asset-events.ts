import { Temporal, type PluginDatabase } from '#framework';
import { z } from 'zod';

import { Metadata, NUMERIC_TYPES } from '../metadata.ts';

/** A materialization or an observation. */
export interface AssetEvent {
  readonly id: number;
  readonly part: number;
  readonly kind: 'materialization' | 'observation';
  readonly partition: string | null;
  readonly at: Temporal.Instant;
  readonly dagId: string;
  readonly runId: number | null;
  readonly taskId: string | null;
  readonly recordId: number | null;
  readonly metadata: Metadata;
  readonly dataVersion: string;
  readonly codeVersion: string | null;
}

/** The last event of a page. */
export interface EventCursor {
  readonly id: number;
  readonly part: number;
}

export interface EventFilter {
  readonly asset: string;
  readonly partition?: string;
  readonly before?: EventCursor;
  /** Default 50. */
  readonly limit?: number;
}

/** What happened to an asset, newest first. */
export async function assetEvents(database: PluginDatabase, filter: EventFilter): Promise<readonly AssetEvent[]> {
  const { asset, partition, before, limit = 50 } = filter;
  const bounds = [before?.id ?? Number.MAX_SAFE_INTEGER, before?.part ?? 0, limit];
  const rows =
    partition === undefined
      ? await database.run(EVENTS, [asset, ...bounds])
      : await database.run(PARTITION_EVENTS, [asset, ...bounds, partition]);
  return rows.map((row) => EventRow.parse(row));
}

/** A number of the metadata over the newest materializations, oldest first. */
export interface PlotSeries {
  readonly name: string;
  /** The newest, should it have changed. */
  readonly type: (typeof NUMERIC_TYPES)[number];
  readonly points: readonly PlotPoint[];
}

/** A number that was kept with a materialization. */
export interface PlotPoint {
  readonly at: Temporal.Instant;
  readonly partition: string | null;
  readonly runId: number | null;
  readonly value: number;
}

/** The numbers of the newest materializations, by the name of their metadata. */
export async function assetPlots(
  database: PluginDatabase,
  { asset, most = 200 }: { readonly asset: string; readonly most?: number },
): Promise<readonly PlotSeries[]> {
  const rows = (await database.run(PLOTS, [asset, most])).map((row) => PlotRow.parse(row));
  return [...Map.groupBy(rows, ({ name }) => name)].flatMap(([name, all]) => {
    const [newest] = all;
    if (newest === undefined) return [];
    const points = all.map(({ at, partition, runId, value }) => ({ at, partition, runId, value })).toReversed();
    return [{ name, type: newest.type, points }];
  });
}

const COLUMNS = `id, part, kind, nullif(partition, '') as partition, at, dag_id as "dagId", run_id as "runId", task_id as "taskId",
  record_id as "recordId", metadata, data_version as "dataVersion", code_version as "codeVersion"`;

// The planner must not know which asset it is: of one with many events it would look through those of all, newest first.
const EVENTS = `
select ${COLUMNS}
from unnest(array[$1::text]) as wanted (asset)
cross join lateral (
  select * from asset_event e where e.asset = wanted.asset and (id, part) < ($2, $3) order by id desc, part desc limit $4
) found
order by id desc, part desc`;

const PARTITION_EVENTS = `
select ${COLUMNS}
from asset_event
where asset = $1 and partition = $5 and (id, part) < ($2, $3)
order by id desc, part desc
limit $4`;

const PLOTS = `
select e.at, nullif(e.partition, '') as partition, e.run_id as "runId", m.name, m.entry ->> 'type' as type,
  (m.entry ->> 'value')::float8 as value
from unnest(array[$1::text]) as wanted (asset)
cross join lateral (
  select * from asset_event a where a.asset = wanted.asset and kind = 'materialization' order by id desc, part desc limit $2
) e
cross join lateral jsonb_each(e.metadata) as m (name, entry)
where m.entry ->> 'type' in ('int', 'float', 'bytes', 'duration')
order by e.id desc, e.part desc, m.name`;

const Moment = z.instanceof(Temporal.Instant);

export const EventRow = z.object({
  id: z.number(),
  part: z.number(),
  kind: z.enum(['materialization', 'observation']),
  partition: z.string().nullable(),
  at: Moment,
  dagId: z.string(),
  runId: z.number().nullable(),
  taskId: z.string().nullable(),
  recordId: z.number().nullable(),
  metadata: Metadata,
  dataVersion: z.string(),
  codeVersion: z.string().nullable(),
});

const PlotRow = z.object({
  at: Moment,
  partition: z.string().nullable(),
  runId: z.number().nullable(),
  name: z.string(),
  type: z.enum(NUMERIC_TYPES),
  value: z.number(),
});
