import { DataFailure, type PresentTable, type StageFormat, type StagedPart } from '#framework';

import type { Run } from './database-file.ts';
import type { AppliedTable } from './sql/apply.ts';
import { countStaged, stageTable } from './sql/stage.ts';
import type { LocalFiles } from './staged-files.ts';

export interface StageTools {
  readonly run: Run;
  readonly files: LocalFiles;
}

/** Reads the files of a table into temporary tables and proves that all rows of the manifest came, each key once. */
export async function stagePresent(
  tools: StageTools,
  format: StageFormat,
  { table, types }: PresentTable,
): Promise<AppliedTable> {
  const typed = (columns: typeof table.columns) =>
    columns.flatMap((column) => {
      const type = types.get(column.name);
      return type === undefined ? [] : [{ ...column, type }];
    });
  const key = typed(table.key);
  if (key.length < table.key.length) {
    throw new DataFailure(
      'E_DUCKDB_KEY_REMOVED',
      `${table.extract}: a later window removed a key column of ${table.table}, so this window cannot be applied by key. ` +
        'Load a new Full of the table.',
    );
  }
  const parts = [table.updates, table.deletes].filter((part) => part !== undefined);
  for (const part of parts) await stagePart(tools, part, { format, types });
  return {
    table: table.table,
    mode: table.mode,
    columns: typed(table.columns),
    key,
    updates: table.updates?.staging,
    deletes: table.deletes?.staging,
  };
}

async function stagePart(
  { run, files }: StageTools,
  part: StagedPart,
  { format, types }: { readonly format: StageFormat; readonly types: PresentTable['types'] },
): Promise<void> {
  const paths = part.files.map(({ key }) => files.get(key) ?? '');
  const columns = part.columns.map((column) => ({ ...column, targetType: types.get(column.name) }));
  await run(stageTable({ staging: part.staging, format, columns, paths }));
  const [[rows, keys] = []] = await run(countStaged(part.staging, part.key));
  checkCounts(part, Number(rows), Number(keys));
}

function checkCounts(part: StagedPart, rows: number, keys: number): void {
  const what = `${part.extract} ${part.side}`;
  if (rows !== part.rows) {
    throw new DataFailure(
      'E_DUCKDB_STAGE_COUNT',
      `${what}: the files hold ${rows} rows, the stage manifest lists ${part.rows}. Nothing was applied. ` +
        'Re-run the window from SOURCE_TO_STAGE to write the files anew.',
    );
  }
  if (keys !== rows) {
    throw new DataFailure(
      'E_DUCKDB_DUPLICATE_KEYS',
      `${what}: ${rows} rows have only ${keys} different keys (${part.key.join(', ')}). Expected each key once in a window. ` +
        'Nothing was applied; look at the extract in the source file.',
    );
  }
}
