import { z } from 'zod';

import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { buildList } from '../views/build-list.ts';

/** The dashboard, a token of the API, a command, or a plugin, a dag and any other program. */
export const DEED_SOURCES = ['dashboard', 'api', 'cli', 'program'] as const;

/** Something that a person did, or a program for one. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly actor: string;
  /** By what way. Null where it was done before that was noted. */
  readonly source: (typeof DEED_SOURCES)[number] | null;
  readonly action: string;
  readonly dagId: string | null;
  readonly runId: number | null;
  readonly recordId: number | null;
  readonly details: Readonly<Record<string, Json>>;
}

/** A deed that concerns who may come in; deeds of the engine are told by events and copied from there. */
export interface AccessDeed {
  readonly actor: string;
  readonly action: AccessAction;
  readonly details?: Readonly<Record<string, Json>>;
}

export type AccessAction =
  | 'user_added'
  | 'user_removed'
  | 'user_role_set'
  | 'user_password_set'
  | 'token_created'
  | 'token_revoked'
  | 'logged_in'
  | 'login_failed'
  | 'logged_out'
  | 'access_refused';

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly dagId?: string | undefined;
  readonly runId?: number | undefined;
  readonly recordId?: number | undefined;
  /** Not before this moment. */
  readonly from?: Temporal.Instant | undefined;
  /** Before this moment. */
  readonly to?: Temporal.Instant | undefined;
  /** The id that the page begins behind. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export async function noteAccess(executor: Executor, { actor, action, details = {} }: AccessDeed): Promise<void> {
  await executor.run(NOTE, [actor, action, JSON.stringify(details)]);
}

/** Newest first. */
export async function listAudit(executor: Executor, filter: AuditFilter): Promise<readonly AuditEntry[]> {
  const { actor, action, dagId, runId, recordId, from, to, before, limit } = filter;
  const { statement, values } = buildList({
    select: SELECT,
    filters: {
      'actor =': actor,
      'action =': action,
      'dag_id =': dagId,
      'run_id =': runId,
      'record_id =': recordId,
      'at >=': from?.toString(),
      'at <': to?.toString(),
      'id <': before,
    },
    id: 'id',
    limit,
  });
  return (await executor.run(statement, values)).map((row) => AuditRow.parse(row));
}

const NOTE = { text: 'insert into audit_log (actor, action, details) values ($1, $2, $3::jsonb)' };

const SELECT = `
select id, at, actor, source, action, dag_id as "dagId", run_id as "runId", record_id as "recordId", details
from audit_log`;

const AuditRow = z.object({
  id: z.number(),
  at: InstantColumn,
  actor: z.string(),
  source: z.enum(DEED_SOURCES).nullable(),
  action: z.string(),
  dagId: z.string().nullable(),
  runId: z.number().nullable(),
  recordId: z.number().nullable(),
  details: z.record(z.string(), z.json()),
});
