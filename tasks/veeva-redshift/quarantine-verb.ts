import type { Command } from 'commander';

import { type Answer, type VerbTools, idArgument, table } from '#framework';

import { openTargetOf } from './open-target.ts';

interface QuarantineOptions {
  readonly record?: number;
}

export function quarantineVerb(veeva: Command): Command {
  return veeva
    .command('quarantine')
    .description(
      'rows that windows left out because no column can hold them (ON_BAD_ROW=quarantine), with their reasons',
    )
    .option('--record <id>', 'only those of this record', idArgument);
}

/** So many rows are enough to see what is wrong; all of them stand in `windrow_quarantine`. */
const MOST = 1000;
/** A cluster that was paused takes minutes to answer. */
const ASKING_MS = 300_000;

/** Exit code 1 where there are any, so that a monitor may ask. */
export async function quarantine(tools: VerbTools, { record }: QuarantineOptions): Promise<Answer> {
  // Those of another target are asked for by one of its records.
  const [newest] = await tools.records({ limit: 1, ...(record === undefined ? {} : { before: record + 1 }) });
  const target = await openTargetOf(newest, tools);
  const found = await target.quarantined({ record, limit: MOST }, AbortSignal.timeout(ASKING_MS));
  const rows = found.map((row) => [
    row.recordId,
    `${row.windowStart}..${row.windowEnd}`,
    `${row.extract} ${row.side}`,
    row.line,
    brief(row.key),
    row.column ?? '',
    row.reason,
    brief(row.value ?? row.text),
  ]);
  const heads = ['record', 'window', 'extract', 'line', 'key', 'column', 'reason', 'value'];
  const none = `No row is in quarantine${record === undefined ? '' : ` of record ${record}`}.`;
  return { exit: found.length === 0 ? 'ok' : 'failed', json: found, text: table(heads, rows, none) };
}

const LONGEST_SHOWN = 60;

/** On one line; the whole is in the JSON. */
function brief(text: string): string {
  const shown = text.replaceAll(/\s+/g, ' ');
  return shown.length <= LONGEST_SHOWN ? shown : `${shown.slice(0, LONGEST_SHOWN)}…`;
}
