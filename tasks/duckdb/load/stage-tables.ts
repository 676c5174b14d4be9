import {
  type AppliedTable,
  type PresentTable,
  type StageFormat,
  type StagedFitCheck,
  type StagedPart,
  appliedTable,
  requireStagedCounts,
} from '#framework';

import type { Run } from '../database-file.ts';
import { countStaged, stageTable } from '../sql/load/stage.ts';
import { refuseStagedMisfits } from './fit.ts';
import type { LocalFiles } from './staged-files.ts';

export interface StageTools {
  readonly run: Run;
  readonly files: LocalFiles;
  /** Values to look at before they are read into the types of the target. */
  readonly checks: readonly StagedFitCheck[];
}

/** Reads the files of a table into temporary tables and proves that all rows of the manifest came, each key once. */
export async function stagePresent(
  tools: StageTools,
  format: StageFormat,
  present: PresentTable,
): Promise<AppliedTable> {
  const applied = appliedTable(present, 'E_DUCKDB_KEY_REMOVED');
  const { table, types } = present;
  const parts = [table.updates, table.deletes].filter((part) => part !== undefined);
  for (const part of parts) await stagePart(tools, part, { format, types });
  return applied;
}

/** Reads the rows that were left out, with the types of the file. */
export async function stageQuarantine(
  tools: Omit<StageTools, 'checks'>,
  format: StageFormat,
  part: StagedPart,
): Promise<void> {
  const types = new Map(part.columns.map(({ name, type }) => [name, type]));
  await stagePart({ ...tools, checks: [] }, part, { format, types });
}

async function stagePart(
  { run, files, checks }: StageTools,
  part: StagedPart,
  { format, types }: { readonly format: StageFormat; readonly types: PresentTable['types'] },
): Promise<void> {
  const paths = part.files.map(({ key }) => files.get(key) ?? '');
  const columns = part.columns.map((column) => ({ ...column, targetType: types.get(column.name) }));
  const own = checks.filter((check) => check.part === part);
  await refuseStagedMisfits(run, own, { format, columns, paths });
  await run(stageTable({ staging: part.staging, format, columns, paths }));
  const [[rows, keys] = []] = await run(countStaged(part.staging, part.key));
  requireStagedCounts(part, { rows: Number(rows), keys: Number(keys) }, WORDS);
}

const WORDS = {
  found: 'the files hold',
  countCode: 'E_DUCKDB_STAGE_COUNT',
  keyCode: 'E_DUCKDB_DUPLICATE_KEYS',
} as const;
