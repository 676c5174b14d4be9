import type { Closable } from '../core/closable.ts';
import { Bug } from '../core/failures.ts';
import type { Connection } from '../dag/connection.ts';
import type { RecordDesk } from '../record/record-desk.ts';

/** The book-keeping of records as a connection; the process that runs the tasks provides it. */
export const recordDeskConnection: Connection<undefined, RecordDesk & Closable> = {
  name: 'windrow_records',
  read: () => ({ kind: 'read', settings: undefined }),
  open: () => {
    throw new Bug('E_DESK_NOT_PROVIDED', 'This process runs pipeline tasks but does not provide the record desk.');
  },
};
