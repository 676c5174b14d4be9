import type { HistoryEntry } from '../../store/views/read-history.ts';
import { moment } from './run-text.ts';
import { type Cell, table } from '../table.ts';

/** What happened to a sensor or a backfill and who did it, newest first; nothing where nothing is known. */
export function historyText(history: readonly HistoryEntry[]): string {
  if (history.length === 0) return '';
  const rows = history.map(({ at, kind, details }): Cell[] => {
    const { by, sensor: _sensor, backfill: _backfill, ...others } = details;
    const told = Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return [
      moment(at),
      kind.replace(/^(sensor|backfill)_/, '').replaceAll('_', ' '),
      typeof by === 'string' ? by : null,
      told.join(', '),
    ];
  });
  return `\n\n${table(['at', 'what', 'by', 'details'], rows, '')}`;
}
