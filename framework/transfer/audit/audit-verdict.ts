import type { LoadTable } from '../load/load-tables.ts';
import type { Audit, AuditedTable } from '../ports.ts';
import { sourceRows } from '../quarantine.ts';
import type { PlannedTable } from '../schema/schema-plan.ts';
import type { StageManifest } from '../stage-manifest.ts';
import { QUARANTINE } from '../target-names.ts';

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
  /** Rows that the window has in the target's quarantine table. */
  readonly quarantined: number;
}

/** Compares what a target was found to hold with what the window brought. */
export function auditVerdict(manifest: StageManifest, { tables, planned, tallies, quarantined }: AuditFindings): Audit {
  const audited = tables.map((table, index) => {
    // A later window removed the table, and with it everything that this one brought.
    const isGone = planned[index]?.state === 'gone';
    return auditedTable(table, isGone ? undefined : (tallies.get(table.table) ?? NOTHING));
  });
  const setAside = manifest.quarantine?.rows ?? 0;
  const differences = [...audited, auditedQuarantine(setAside, quarantined)].filter(
    (table) => table.missing !== 0 || table.surplus !== 0,
  );
  return {
    verdict: differences.length === 0 ? 'PASS' : 'FAIL',
    sourceRows: sourceRows(manifest),
    targetRows: audited.reduce((sum, table) => sum + table.found, 0),
    differences,
    ...(setAside === 0 ? {} : { quarantined: setAside }),
  };
}

function auditedQuarantine(expected: number, found: number): AuditedTable {
  const [missing, surplus] = [Math.max(0, expected - found), Math.max(0, found - expected)];
  return { table: QUARANTINE, expected, found, missing, surplus };
}

const NOTHING: TableTally = { satisfied: 0, surplus: 0 };

function auditedTable({ table, updates, deletes }: LoadTable, tally: TableTally | undefined): AuditedTable {
  const expected = (updates?.rows ?? 0) + (deletes?.rows ?? 0);
  const { satisfied, surplus } = tally ?? { satisfied: expected, surplus: 0 };
  return { table, expected, found: satisfied + surplus, missing: expected - satisfied, surplus };
}
