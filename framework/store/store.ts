import type { Closable } from '../core/closable.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { openRecordDesk } from './records/record-desk.ts';
import { Graphs } from './runs/graphs.ts';
import type { RecordDesk } from '../record/record-desk.ts';

/** The engine's truth, opened. */
export interface Store extends Closable {
  readonly database: Database;
  readonly graphs: Graphs;
  readonly desk: RecordDesk;
}

/** The tables must be there already: see `migrate`. */
export function openStore(options: DatabaseOptions): Store {
  const database = openDatabase(options);
  return { database, graphs: new Graphs(), desk: openRecordDesk(database), close: () => database.close() };
}
