import Table from 'cli-table3';

import { type WindowRecord, windowText } from '#framework';

import type { Story } from './story/story.ts';
import type { Verification } from './verify.ts';

/** What `--json` prints. */
export interface DemoResult {
  readonly verified: boolean;
  readonly windows: number;
  readonly rows: number;
  readonly tables: number;
  readonly seconds: number;
  readonly mismatches: Verification['mismatches'];
  readonly story: Story;
  readonly failed: readonly { readonly record: number; readonly window: string; readonly error: string }[];
}

/** The most windows that a table shows; the dashboard shows all. */
const MOST_LINES = 40;

/** Windows with their record ids, the newest ones of a long list. */
export function windowTable(records: readonly WindowRecord[]): string {
  const table = new Table({
    head: ['record', 'pipeline', 'window', 'phase', 'rows', 'seconds', 'verdict'],
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'left', 'left', 'left', 'right', 'right', 'left'],
  });
  const sorted = records.toSorted((a, b) => a.id - b.id);
  for (const record of sorted.slice(-MOST_LINES)) table.push(line(record));
  const hidden = sorted.length - MOST_LINES;
  return `${table.toString()}${hidden > 0 ? `\n(${hidden} earlier windows: npm run windrow -- records list)` : ''}`;
}

function line(record: WindowRecord): string[] {
  return [
    String(record.id),
    record.pipelineId,
    windowText(record.window),
    record.phaseCompleted ?? '-',
    String(record.audit.targetCount ?? '-'),
    seconds(record),
    record.audit.result ?? record.pipelineStatus,
  ];
}

function seconds({ pipelineStartTime: start, pipelineEndTime: end }: WindowRecord): string {
  return start === undefined || end === undefined
    ? '-'
    : ((end.epochMilliseconds - start.epochMilliseconds) / 1000).toFixed(2);
}

/** One sentence per difference, the first twenty. */
export function mismatchText({ mismatches }: Verification): string {
  return mismatches
    .slice(0, 20)
    .map(
      ({ table, key, column, expected, found }) =>
        `  ${table} ${key} ${column}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
    )
    .join('\n');
}
