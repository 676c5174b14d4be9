import type { ChangeRecorder } from '../change-set.ts';
import { columns } from '../extract.ts';
import { collidingRows } from '../picklists.ts';
import { type RowContext, withValues } from '../row-maker.ts';
import { appendColumn } from '../schema-changes.ts';
import type { Content, ContentSwitch } from './content-switch.ts';
import { LEDGER, SEASONAL } from './starting-content.ts';

interface Happening {
  /** Number of the window, from 1. */
  readonly window: number;
  readonly context: RowContext;
  readonly recorder: ChangeRecorder;
}

/** What the content makes happen in a window, besides what people do. */
export function happenContent(content: Content, happening: Happening): void {
  for (const one of content) IN_WINDOWS[one]?.(happening);
}

const IN_WINDOWS: Readonly<Partial<Record<ContentSwitch, (happening: Happening) => void>>> = {
  picklist_collision: collide,
  login_only_user: signInUnchanged,
  readded_field: changeSeasons,
  release_window: ({ window, context, recorder }) => {
    const tables = window === 2 ? context.state.tables() : [];
    for (const table of tables)
      for (const row of table.extract.name === LEDGER.slice('Object.'.length) ? [] : table.rows())
        recorder.touch(table, table.keyOf(row));
  },
};

function collide({ window, context, recorder }: Happening): void {
  const table = context.state.get('Picklist.picklist__sys');
  const [first = [], second = []] = collidingRows(context);
  const [goes, stays] = [table.keyOf(first), second];
  if (window % 2 === 0) recorder.touch(table, table.put(first));
  else if (table.find(goes) !== undefined) {
    table.remove(goes);
    recorder.remove(table, goes, context.at);
  }
  recorder.touch(table, table.put(stays));
}

function signInUnchanged({ context, recorder }: Happening): void {
  const users = context.state.get('Object.user__sys');
  const key = users.findRandomKey(context.random);
  if (key !== undefined) recorder.touch(users, key);
}

const SEASON = 'season__c';

function changeSeasons({ window, context, recorder }: Happening): void {
  const table = context.state.find(SEASONAL);
  if (table === undefined) return;
  const column = table.extract.columns.find(({ name }) => name === SEASON);
  const step = window % 3;
  if (column !== undefined && step !== 2) {
    // Values of a field that is switched off and on again are still there.
    if (step === 1)
      table.extract = { ...table.extract, columns: table.extract.columns.filter((one) => one !== column) };
    recorder.removeColumns(table.extract, [column], context.at);
    if (step === 0) recorder.addColumns(table.extract, [column], context.at);
    return;
  }
  const [spec] = columns(`${SEASON}:String:40`);
  const key = table.findRandomKey(context.random);
  if (step !== 2 || spec === undefined || key === undefined) return;
  recorder.addColumns(table.extract, [appendColumn(table, spec)], context.at);
  recorder.touch(table, table.put(withValues(table, table.get(key), { [SEASON]: 'spring' })));
}
