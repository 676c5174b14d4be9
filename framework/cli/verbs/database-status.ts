import { systemClock } from '../../core/clock.ts';
import { formatDuration } from '../../core/duration.ts';
import { type Retention, limitOf } from '../../store/retention/clean-up.ts';
import { type CleanUpPreview, previewCleanUp } from '../../store/retention/preview.ts';
import { type TableSize, readTableSizes } from '../../store/views/table-sizes.ts';
import { type Answer, done } from '../answer.ts';
import { moment } from '../text/run-text.ts';
import type { Session } from '../session.ts';
import { type Cell, table } from '../table.ts';

/** How large the tables are, and what the next clean-up removes of them. */
export async function databaseStatus(session: Session): Promise<Answer> {
  const { retention } = session.settings;
  return session.withDatabase(async (database) => {
    const tables = await readTableSizes(database);
    const next = retention === 'off' ? null : await previewCleanUp(database, limitOf(retention, systemClock.now()));
    const setting = retention === 'off' ? 'off' : formatDuration(retention);
    return done(
      { tables, retention: setting, nextCleanUp: next },
      [sizeTable(tables), '', retentionText(retention, next)].join('\n'),
    );
  });
}

function sizeTable(tables: readonly TableSize[]): string {
  const rows = tables.map(({ table: name, rows: count, bytes, partitions, oldest }): Cell[] => [
    name,
    count,
    (bytes / 1_048_576).toFixed(1),
    partitions === 0 ? null : partitions,
    moment(oldest),
  ]);
  return table(['table', 'rows (about)', 'MiB', 'partitions', 'oldest row'], rows, 'There are no tables.');
}

function retentionText(retention: Retention, next: CleanUpPreview | null): string {
  if (retention === 'off' || next === null) return 'History is kept for ever (WINDROW_RETENTION is off).';
  const kept =
    next.kept.length === 0
      ? ''
      : ` Kept for open runs, or for plugins that have not heard of it: ${next.kept.join(', ')}.`;
  const dropped = next.dropped.length === 0 ? 'no partition' : next.dropped.join(', ');
  return (
    `History of closed runs is kept for ${formatDuration(retention)} (WINDROW_RETENTION), by the week. ` +
    `The next clean-up of a scheduler removes: ${dropped}; ${next.removed} rows of weeks that stay; ${next.strays} rows outside weeks.${kept}`
  );
}
