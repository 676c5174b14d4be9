import type { Closable } from '../../core/closable.ts';
import { Bug } from '../../core/failures.ts';
import type { Connection } from '../../dag/connection.ts';
import type { Connections } from '../../dag/task-context.ts';
import { recordDeskConnection } from '../../pipeline/record-desk-connection.ts';
import type { Windrow } from '../../process/windrow.ts';
import type { RecordDesk } from '../../record/record-desk.ts';
import { OpenConnections } from '../../worker/open-connections.ts';

/** The book-keeping of records with its writes only noted: reads are real, and nothing is changed. */
export function paperDesk(desk: RecordDesk, note: (what: string) => void): RecordDesk & Closable {
  const noted = async (what: string): Promise<void> => note(`Not recorded: ${what}`);
  return {
    read: desk.read,
    failedTasks: desk.failedTasks,
    claim: async ({ recordId }) => {
      await noted(`record ${recordId} is claimed`);
      return { kind: 'claimed', record: await desk.read(recordId) };
    },
    startPhase: (_, phase) => noted(`phase ${phase} begins`),
    completePhase: (_, phase) => noted(`phase ${phase} is completed`),
    failPhase: (_, phase) => noted(`phase ${phase} failed`),
    admitFile: async (_, { path }) => {
      await noted(`the file "${path}" is taken in`);
      return { kind: 'admitted' };
    },
    isDriftTold: desk.isDriftTold,
    tellDrift: (_, changes) => noted(`plugins hear of ${changes.length} schema changes that are kept back`),
    audited: (_, { result }) => noted(`the audit says ${result}`),
    alreadyLoaded: (_, rows) => noted(`the window is complete already, with ${rows} rows`),
    releaseStale: async () => {
      await noted('stale locks are released');
      return [];
    },
    close: async () => {},
  };
}

/** The connections of an installation, with another record desk. */
export function connectionsWith(windrow: Windrow, desk: RecordDesk & Closable): Connections {
  const { connections, clock, log } = windrow;
  const own = new OpenConnections({
    sources: { environment: {}, readFile: () => undefined },
    tools: { secrets: noSecrets, clock, log },
    provided: new Map([[recordDeskConnection, desk]]),
  });
  return {
    get: <S, T extends Closable>(connection: Connection<S, T>) =>
      connection.name === recordDeskConnection.name ? own.get(connection) : connections.get(connection),
  };
}

async function noSecrets(): Promise<never> {
  throw new Bug('E_PAPER_DESK', 'The record desk of a single task asked for a secret.');
}
