import type { LoadTable } from './load-tables.ts';
import type { Audit, AuditedTable } from './ports.ts';
import type { PlannedTable } from './schema-plan.ts';
import type { StageManifest } from './stage-manifest.ts';

/** What a target holds of one table: staged keys that it satisfies, and rows too many. */
export interface TableTally {
  readonly satisfied: number;
  readonly surplus: number;
}

export interface AuditFindings {
  readonly tables: readonly LoadTable[];
  readonly planned: readonly PlannedTable[];
  /** The tally of each table, by its name. */
  readonly tallies: ReadonlyMap<string, TableTally>;
}

/** Compares what a target was found to hold with what the window brought. */
export function auditVerdict(manifest: StageManifest, { tables, planned, tallies }: AuditFindings): Audit {
  const audited = tables.map((table, index) => {
    // A later window removed the table, and with it everything that this one brought.
    const isGone = planned[index]?.state === 'gone';
    return auditedTable(table, isGone ? undefined : (tallies.get(table.table) ?? NOTHING));
  });
  const differences = audited.filter((table) => table.missing !== 0 || table.surplus !== 0);
  return {
    verdict: differences.length === 0 ? 'PASS' : 'FAIL',
    sourceRows: manifest.rows,
    targetRows: audited.reduce((sum, table) => sum + table.found, 0),
    differences,
  };
}

const NOTHING: TableTally = { satisfied: 0, surplus: 0 };

function auditedTable({ table, updates, deletes }: LoadTable, tally: TableTally | undefined): AuditedTable {
  const expected = (updates?.rows ?? 0) + (deletes?.rows ?? 0);
  const { satisfied, surplus } = tally ?? { satisfied: expected, surplus: 0 };
  return { table, expected, found: satisfied + surplus, missing: expected - satisfied, surplus };
}
