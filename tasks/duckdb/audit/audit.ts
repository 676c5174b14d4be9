import {
  type Audit,
  type StageManifest,
  type TableTally,
  type TransferContext,
  auditVerdict,
  presentTables,
} from '#framework';

import type { Run } from '../database-file.ts';
import { type LoadTools, type LoadedWindow, inFile, planOf, tablesOf, stageLeftOut } from '../load/load.ts';
import { stagePresent } from '../load/stage-tables.ts';
import { type LocalFiles, withStagedFiles } from '../load/staged-files.ts';
import { readTargetState } from '../load/target-state.ts';
import { auditStatements } from '../sql/audit/audit.ts';
import { countQuarantined } from '../sql/audit/quarantine.ts';

/**
 * Compares every key of the window with the target: updates must stand there once, at least as late as the window says,
 * deleted keys must be absent, and a replaced table must hold nothing else. The staged files are read once more.
 */
export async function audit(tools: LoadTools, manifest: StageManifest, context: TransferContext): Promise<Audit> {
  const audited = { manifest, tables: tablesOf(manifest), context };
  return withStagedFiles(tools, audited, (files) =>
    inFile(tools, context, (run) => auditOnce({ ...tools, run, files }, audited)),
  );
}

async function auditOnce(
  tools: LoadTools & { readonly run: Run; readonly files: LocalFiles },
  audited: LoadedWindow,
): Promise<Audit> {
  const { run, schema } = tools;
  const { manifest, tables, context } = audited;
  const state = await readTargetState(run, schema, context);
  const planned = planOf(tools, audited, state).tables;
  const standing = presentTables(tables, planned).filter(({ table }) => state.tables.has(table.table));
  if (standing.some(({ table }) => table.spared !== undefined)) await stageLeftOut(tools, manifest);
  const window = { end: context.window.end.toString(), recordId: context.recordId };
  const tallies = new Map<string, TableTally>();
  for (const table of standing) {
    const tally = { satisfied: 0, surplus: 0 };
    for (const statement of auditStatements(
      await stagePresent({ ...tools, checks: [] }, manifest.format, table),
      window,
    )) {
      const [[satisfied, surplus] = []] = await run(statement);
      tally.satisfied += Number(satisfied);
      tally.surplus += Number(surplus);
    }
    tallies.set(table.table.table, tally);
  }
  const [[quarantined] = []] = await run(countQuarantined(context));
  return auditVerdict(manifest, { tables, planned, tallies, quarantined: Number(quarantined) });
}
