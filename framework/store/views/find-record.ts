import type { WindowRecord } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { RECORD_COLUMNS, readRecord } from '../records/record-rows.ts';

export async function findRecord(database: Executor, id: number): Promise<WindowRecord | undefined> {
  const [row] = await database.run(FIND, [id]);
  return row === undefined ? undefined : readRecord(row);
}

const FIND = { name: 'find_record', text: `select ${RECORD_COLUMNS} from pipeline_records where id = $1` };
