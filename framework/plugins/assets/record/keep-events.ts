import { createHash } from 'node:crypto';

import type { PluginDatabase, Temporal } from '#framework';

import type { Noted } from './noted.ts';

/** Of what the notes are; `id` is that of the event, so that hearing it again changes nothing. */
export interface EventSource {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly dagId: string;
  readonly runId: number | null;
  readonly taskId: string | null;
  readonly recordId: number | null;
}

/** A note whose partition is known; '' stands for an asset that is one whole. */
export type KeptNote = Noted & { readonly partition: string };

/** Keeps what a try that succeeded has told: materializations, observations and results of checks. */
export async function keepNotes(
  database: PluginDatabase,
  source: EventSource,
  notes: readonly KeptNote[],
): Promise<void> {
  const parts = notes.map((note, part) => ({ part, ...note }));
  const facts = parts.flatMap((note) => {
    if (note.kind === 'check' || note.kind === 'began') return [];
    const { part, asset, partition, kind, metadata, codeVersion = null } = note;
    const dataVersion = note.dataVersion ?? contentOf(metadata, `${source.id}.${part}`);
    return [{ part, asset, partition, kind, metadata, data_version: dataVersion, code_version: codeVersion }];
  });
  if (facts.length > 0) await database.run(KEEP_FACTS, [...sourceValues(source), JSON.stringify(facts)]);
  await keepChecks(database, source, notes);
}

/** Of a try that failed its checks count as well. */
export async function keepChecks(
  database: PluginDatabase,
  source: EventSource,
  notes: readonly KeptNote[],
): Promise<void> {
  const checks = notes.flatMap((note, part) => {
    if (note.kind !== 'check') return [];
    const { asset, partition, check, passed, severity, blocking, description = null, metadata } = note;
    return [{ part, asset, partition, name: check, passed, severity, blocking, description, metadata }];
  });
  if (checks.length === 0) return;
  const { id, at, dagId, runId, taskId } = source;
  await database.run(KEEP_CHECKS, [id, at.toString(), dagId, runId, taskId, JSON.stringify(checks)]);
}

/** Marks what a failed try had begun with. */
export async function keepFailed(
  database: PluginDatabase,
  source: EventSource,
  notes: readonly KeptNote[],
): Promise<void> {
  const begun = notes.filter(({ kind }) => kind === 'began').map(({ asset, partition }) => ({ asset, partition }));
  if (begun.length > 0) await database.run(KEEP_FAILED, [source.id, source.runId, JSON.stringify(begun)]);
}

function sourceValues({ id, at, dagId, runId, taskId, recordId }: EventSource): readonly unknown[] {
  return [id, at.toString(), dagId, runId, taskId, recordId];
}

/** What is known of the content stands for it; of what nothing is known, each materialization is new. */
function contentOf(metadata: object, otherwise: string): string {
  const entries = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return otherwise;
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 32);
}

const KEEP_FACTS = `
with noted as (
  select * from jsonb_to_recordset($7::jsonb)
    as n (part integer, asset text, partition text, kind text, metadata jsonb, data_version text, code_version text)
), kept as (
  insert into asset_event (id, part, asset, partition, kind, at, dag_id, run_id, task_id, record_id, metadata, data_version, code_version)
  select $1, part, asset, partition, kind, $2, $3, $4, $5, $6, metadata, data_version, code_version
  from noted
  on conflict do nothing
)
insert into partition_status as s (asset, partition, event_id, part, at, data_version, code_version, changed_id)
select distinct on (asset, partition) asset, partition, $1::bigint, part, $2::timestamptz, data_version, code_version, $1::bigint
from noted
where kind = 'materialization'
order by asset, partition, part desc
on conflict (asset, partition) do update set
  event_id = excluded.event_id, part = excluded.part, at = excluded.at, code_version = excluded.code_version,
  changed_id = case when s.data_version is distinct from excluded.data_version then excluded.event_id else s.changed_id end,
  data_version = excluded.data_version,
  failed_id = case when s.failed_id > excluded.event_id then s.failed_id end,
  failed_run = case when s.failed_id > excluded.event_id then s.failed_run end
where s.event_id is null or s.event_id < excluded.event_id`;

const KEEP_CHECKS = `
with noted as (
  select * from jsonb_to_recordset($6::jsonb)
    as n (part integer, asset text, partition text, name text, passed boolean, severity text, blocking boolean, description text, metadata jsonb)
), kept as (
  insert into check_result
    (id, part, asset, partition, name, at, passed, severity, blocking, description, metadata, dag_id, run_id, task_id)
  select $1, part, asset, partition, name, $2, passed, severity, blocking, description, metadata, $3, $4, $5
  from noted
  on conflict do nothing
)
insert into check_status as s (asset, name, id, part, partition, at, passed, severity, description)
select distinct on (asset, name) asset, name, $1::bigint, part, partition, $2::timestamptz, passed, severity, description
from noted
order by asset, name, part desc
on conflict (asset, name) do update set
  id = excluded.id, part = excluded.part, partition = excluded.partition, at = excluded.at, passed = excluded.passed,
  severity = excluded.severity, description = excluded.description
where s.id < excluded.id`;

const KEEP_FAILED = `
insert into partition_status as s (asset, partition, failed_id, failed_run)
select distinct n.asset, n.partition, $1::bigint, $2::bigint
from jsonb_to_recordset($3::jsonb) as n (asset text, partition text)
on conflict (asset, partition) do update set failed_id = excluded.failed_id, failed_run = excluded.failed_run
where coalesce(s.event_id, 0) < excluded.failed_id and coalesce(s.failed_id, 0) < excluded.failed_id`;
