import type { Deleted } from './deletes.ts';
import type { Drift } from './drift.ts';
import type { Hole } from './hole.ts';
import type { Rerun } from './rerun.ts';

/** What happened while the windows were loaded, and what a demo then does to the target. */
export interface Story {
  /** Absent where an earlier demo told it. */
  readonly hole?: Hole;
  readonly drift: readonly Drift[];
  readonly deleted: readonly Deleted[];
  readonly rerun?: Rerun & { readonly differences: number };
}

const MOST_DRIFT = 6;

/** Four short chapters, each with the command that shows more. */
export function storyText({ hole, drift, deleted, rerun }: Story): string {
  return [...holeLines(hole), ...driftLines(drift), ...deleteLines(deleted), ...rerunLines(rerun)].join('\n');
}

function holeLines(hole: Hole | undefined): readonly string[] {
  if (hole === undefined) return [];
  return [
    `A hole that healed: Vault could not publish ${hole.window} (record ${hole.record}) in time.`,
    `  It said: ${hole.waited}`,
    `  ${hole.behind} later windows waited behind it. At ${hole.healedAt} Vault had the file, and all went on in order.`,
    `  npm run windrow -- explain record ${hole.record}`,
  ];
}

function driftLines(drift: readonly Drift[]): readonly string[] {
  if (drift.length === 0) return [];
  const shown = oneOfEachKind(drift).slice(0, MOST_DRIFT);
  const hidden = drift.length - shown.length;
  return [
    `Drift: the schema changed ${drift.length} times on the way, and the target followed before each load.`,
    ...shown.map(({ record, sentence }) => `  record ${record}: ${sentence}`),
    ...(hidden > 0 ? [`  and ${hidden} more in the table windrow_schema_drift`] : []),
  ];
}

function oneOfEachKind(drift: readonly Drift[]): readonly Drift[] {
  return drift.filter(({ change }, index) => drift.findIndex((other) => other.change === change) === index);
}

function deleteLines(deleted: readonly Deleted[]): readonly string[] {
  const [first] = deleted;
  if (first === undefined) return [];
  return [
    `Deletes: ${deleted.length} rows were deleted in Vault and are gone from the target,`,
    `  such as ${first.table} ${first.key} in record ${first.record}.`,
  ];
}

function rerunLines(rerun: Story['rerun']): readonly string[] {
  if (rerun === undefined) return [];
  const outcome = rerun.differences === 0 ? 'and every value is as before' : `WITH ${rerun.differences} DIFFERENCES`;
  return [
    `A re-run: record ${rerun.record} (${rerun.window}, ${rerun.rows} rows) was loaded again from ${rerun.repeats[0]} on, ${outcome}.`,
    `  npm run windrow -- records rerun ${rerun.record} --dry-run`,
  ];
}
