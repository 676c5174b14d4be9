import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  type QuarantinedRow,
  STAGED_QUARANTINE,
  type StagedQuarantine,
  type TransferContext,
  quarantineFields,
} from '#framework';

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
  const fields = rows.map((row) => quarantineFields(row).map(csvField));
  const header = STAGED_QUARANTINE.map(({ name }) => name);
  await writeFile(source, [header, ...fields].map((line) => `${line.join(',')}\n`).join(''));
  const converted = await tools.converter.convert({
    source,
    extract: 'Quarantine',
    columns: STAGED_QUARANTINE,
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

function csvField(value: string | undefined): string {
  return value === undefined ? '' : `"${value.replaceAll('"', '""')}"`;
}
