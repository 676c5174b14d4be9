import { windowText } from '../../core/window.ts';
import type { PlannedWindow } from '../../record/backfill-plan.ts';
import type { BackfillDetail, BackfillView } from '../../store/backfills/read-backfills.ts';
import { historyText } from './history-text.ts';
import { moment } from './run-text.ts';
import { type Cell, facts, table } from '../table.ts';

export function backfillTable(backfills: readonly BackfillView[]): string {
  const rows = backfills.map((backfill): Cell[] => [
    backfill.id,
    backfill.dagId,
    backfill.state,
    windowText(stretch(backfill)),
    backfill.only,
    ...Object.values(backfill.counts),
    moment(backfill.createdAt),
  ]);
  const titles = ['backfill', 'dag', 'state', 'between', 'only', ...COUNTS, 'created'];
  return table(titles, rows, 'There are no such backfills.');
}

const COUNTS = ['pending', 'active', 'success', 'failed', 'skipped', 'cancelled'];

export function backfillText(backfill: BackfillDetail): string {
  const { waitsFor, windows } = backfill;
  const head = facts([
    ['backfill', backfill.id],
    ['dag', backfill.dagId],
    ['state', backfill.state],
    ['between', windowText(stretch(backfill))],
    ['only', backfill.only],
    ['at most', `${backfill.maxActive} at once, the ${backfill.reverse ? 'newest' : 'oldest'} first`],
    ['params', JSON.stringify(backfill.params)],
    ['created', `${moment(backfill.createdAt)} by ${backfill.createdBy ?? 'unknown'}`],
    ['ended', moment(backfill.endedAt)],
    ['windows', progressText(backfill)],
    ['waits for', waitsFor === null ? null : `record ${waitsFor.recordId}, which is ${waitsFor.status}`],
  ]);
  const rows = windows.map((window): Cell[] => [
    window.position,
    windowText(window.window),
    window.state,
    window.runId,
    window.recordId,
    window.reason,
  ]);
  const shown = table(['position', 'window', 'state', 'run', 'record', 'why'], rows, 'No window stands there.');
  return `${head}\n\n${shown}${historyText(backfill.history)}`;
}

/** `Of 20 windows: 17 pending, 3 active.` */
export function progressText({ counts }: BackfillView): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  const all = entries.reduce((sum, [, count]) => sum + count, 0);
  return `Of ${all} windows: ${entries.map(([state, count]) => `${count} ${state}`).join(', ')}.`;
}

export function plannedTable(windows: readonly PlannedWindow[]): string {
  const rows = windows.map(({ window, standing, deed, recordId, runId }): Cell[] => [
    windowText(window),
    standing,
    deed,
    recordId,
    runId,
  ]);
  return table(['window', 'now', 'does', 'record', 'run'], rows, 'There are no such windows.');
}

function stretch({ from: start, to: end }: BackfillView): Parameters<typeof windowText>[0] {
  return { start, end, zone: 'UTC' };
}
