import { ConfigFailure } from '../../core/failures.ts';
import type { ExistingTable } from '../schema/schema-plan.ts';
import { DELETED_AT, VALID_FROM, VALID_TO, WINDOW_END } from '../target-names.ts';

export const DELETE_POLICIES = ['hard', 'soft', 'history'] as const;
/**
 * What becomes of a row that the source deletes or changes.
 *
 * - `hard`: a deleted row goes, a changed one gives way.
 * - `soft`: a deleted row stays, with the time of its deletion in `_deleted_at`; live rows have NULL there. An update
 *   revives it. A row deleted and made again in one window is live.
 * - `history`: each content that a row had is a row of its own, from `_valid_from` until before `_valid_to`, which is NULL in
 *   current rows. Times are ends of windows, because a file shows its window's end and nothing in between; a window that
 *   brings a row unchanged opens no version.
 *
 * Live and current rows are the same rows as under `hard`, in whatever order windows come. A late window does not write
 * behind a later fact of the same row: what it would have added there stays out.
 */
export type DeletePolicy = (typeof DELETE_POLICIES)[number];

/** A policy under which a table has columns of its own. */
export type KeepingPolicy = Exclude<DeletePolicy, 'hard'>;

/** What becomes of the rows of every table. */
export interface DeletePolicies {
  readonly default: DeletePolicy;
  /** By table, in lower case. */
  readonly tables: ReadonlyMap<string, DeletePolicy>;
}

/** Deleted rows go, changed ones give way, in every table. */
export const KEEP_NOTHING: DeletePolicies = { default: 'hard', tables: new Map() };

export function deletePolicyOf(policies: DeletePolicies, table: string): DeletePolicy {
  return policies.tables.get(table) ?? policies.default;
}

/** The columns that a policy adds to its tables, all timestamps. */
export const POLICY_COLUMNS: Readonly<Record<DeletePolicy, readonly string[]>> = {
  hard: [],
  soft: [DELETED_AT],
  history: [VALID_FROM, VALID_TO],
};

/** The condition that selects live or current rows. */
const LIVE_ROWS: Readonly<Record<KeepingPolicy, string>> = {
  soft: `"${DELETED_AT}" is null`,
  history: `"${VALID_TO}" is null`,
};

/** The live or current rows of a table as a thing to select from; `name` is quoted. */
export function liveRows(policy: DeletePolicy, name: string): string {
  return policy === 'hard' ? name : `(select * from ${name} where ${LIVE_ROWS[policy]})`;
}

export interface PolicyQuestion {
  readonly table: string;
  readonly existing: ExistingTable;
  readonly wanted: DeletePolicy;
}

/**
 * The policy that a standing table must take up, if it is not under it already.
 * @throws ConfigFailure `E_TARGET_DELETES` where the table keeps already, and otherwise than the settings say
 */
export function policyToBegin({ table, existing, wanted }: PolicyQuestion): KeepingPolicy | undefined {
  const isOurs = existing.has(WINDOW_END);
  const standing = KEEPING.find((policy) => POLICY_COLUMNS[policy].some((column) => existing.has(column)));
  if (standing === undefined) return isOurs && wanted !== 'hard' ? wanted : undefined;
  if (isOurs && standing === wanted) return undefined;
  const columns = POLICY_COLUMNS[standing].filter((column) => existing.has(column));
  const drops = columns.map((column) => `alter table ${table} drop column ${column};`).join(' ');
  throw new ConfigFailure(
    'E_TARGET_DELETES',
    `The table ${table} has ${columns.join(' and ')} of the policy "${standing}" for deletes; the settings say "${wanted}"` +
      `${isOurs ? '' : ', and Windrow did not make the table'}. Nothing was changed. ` +
      `${isOurs ? `Set deletes of ${table} back to "${standing}". Or, to` : 'To'} give up what only "${standing}" keeps, ` +
      `run in the target: delete from ${table} where not (${LIVE_ROWS[standing]}); ${drops} Then re-run the window.`,
    { problems: [table] },
  );
}

const KEEPING: readonly KeepingPolicy[] = ['soft', 'history'];
