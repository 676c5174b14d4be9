import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { QUARANTINE_COLUMNS, type QuarantinedRow, type StagedQuarantine, type TransferContext } from '#framework';

import type { StagingTools } from './stage-extract.ts';
import { upload } from './upload.ts';

const FOLDER = '_quarantine';

/** Stores the rows that were left out beside the window's tables, in the format of the stage. */
export async function stageQuarantine(
  rows: readonly QuarantinedRow[],
  tools: StagingTools,
  { recordId }: Pick<TransferContext, 'recordId'>,
): Promise<StagedQuarantine | undefined> {
  if (rows.length === 0) return undefined;
  const source = join(tools.directory, `${FOLDER}.csv`);
  const fields = rows.map((row) => QUARANTINE_COLUMNS.map(([, field]) => csvField(row[field])));
  const header = QUARANTINE_COLUMNS.map(([name]) => name);
  await writeFile(source, [header, ...fields].map((line) => `${line.join(',')}\n`).join(''));
  const converted = await tools.converter.convert({
    source,
    extract: 'Quarantine',
    columns: QUARANTINE_COLUMNS.map(([name, field]) => ({ name, type: field === 'line' ? 'number' : 'text' })),
    key: [],
    format: tools.format,
    directory: tools.directory,
    name: FOLDER,
    signal: tools.signal,
  });
  return {
    rows: converted.rows,
    tables: Object.fromEntries(
      [...Map.groupBy(rows, ({ table }) => table.toLowerCase())].map(([table, own]) => [table, own.length]),
    ),
    command: `windrow veeva quarantine --record ${recordId}`,
    columns: converted.columns,
    files: await upload(converted, FOLDER, tools),
  };
}

function csvField(value: string | number | undefined): string {
  return value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`;
}
