import { type Closable, type Dag, DataFailure, type Plugin, Temporal, closeAll, dag, seconds, task } from '#framework';
import { type Windrow, operations } from '#framework/operate';
import { startDashboard } from '#dashboard';

import { type BackendName, type TestEngineOptions, endOf, openTestEngine } from './engine.ts';
import { type Doubles, doublesPipeline, transferDoubles } from './transfer-doubles.ts';

/** An installation with something to look at, and the dashboard on a free port. */
export interface ShownInstallation extends Closable {
  readonly windrow: Windrow;
  readonly url: string;
  readonly orders: Doubles;
}

/** What the project of the tests has beside its two dags. */
export type MoreOfProject = Partial<Pick<TestEngineOptions, 'dags' | 'sensors'>>;

const FIRST_WINDOW = Temporal.Instant.from('2026-01-20T13:15Z');
const NO_WAIT = seconds(0);

export async function openShownInstallation(
  backend: BackendName,
  plugins: readonly Plugin[] = [],
  { dags = [], sensors = [] }: MoreOfProject = {},
): Promise<ShownInstallation> {
  const orders = transferDoubles();
  const windrow = await openTestEngine({
    backend,
    dags: [ordersPipeline(orders), shipments(), ...dags],
    sensors,
    plugins,
  });
  const opened: Closable[] = [windrow, windrow.startWorker()];
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  return { windrow, orders, url: dashboard.url, close: () => closeAll(opened.splice(0)) };
}

function ordersPipeline(doubles: Doubles): Dag {
  return doublesPipeline('orders', doubles, { description: 'Orders of the shop, window by window' });
}

/** Its second task fails at the first try and succeeds at the next. */
export function shipments(): Dag {
  const find = task('find', {
    run: async ({ log }) => {
      log.info('Looking for parcels', { depot: 'Rotterdam <north>' });
      return { parcels: 42 };
    },
  });
  const send = task('send', {
    retry: { retries: 2, delayMs: NO_WAIT, maxDelayMs: NO_WAIT },
    run: async ({ input, attempt, log }: { input: { found: { parcels: number } }; attempt: number; log: Logging }) => {
      log.info(`Sending ${input.found.parcels} parcels, try ${attempt}`);
      if (attempt === 1) throw new Error('The carrier hung up <b>rudely</b>');
      log.info('The carrier took them all');
      return { sent: input.found.parcels };
    },
  });
  return dag('shipments', { description: 'Hands parcels to the carrier' }, (d) => {
    const found = d.use('find_parcels', find);
    d.use('send_parcels', send, { found });
  });
}

interface Logging {
  readonly info: (message: string) => void;
}

/** Runs the window that begins `index` quarters after the first one, and gives its record's id. */
export async function runWindow(windrow: Windrow, index: number): Promise<number> {
  const start = FIRST_WINDOW.add({ minutes: 15 * index });
  const window = { start, end: start.add({ minutes: 15 }), zone: 'UTC' };
  const triggered = await operations(windrow).triggerDag('orders', { window });
  if (triggered.kind !== 'created' || triggered.recordId === undefined) throw new Error(JSON.stringify(triggered));
  await endOf(windrow, triggered.runId);
  return triggered.recordId;
}

/** Runs a window whose load fails, and gives its record's id; the cause is gone again. */
export async function failWindow({ windrow, orders }: ShownInstallation, index: number): Promise<number> {
  orders.target.trouble = () => {
    throw new DataFailure('E_TOO_LONG', 'Column "note" of row 7 is too long for varchar(20).');
  };
  try {
    return await runWindow(windrow, index);
  } finally {
    orders.target.trouble = undefined;
  }
}

export async function runShipments(windrow: Windrow): Promise<number> {
  const triggered = await operations(windrow).triggerDag('shipments');
  if (triggered.kind !== 'created') throw new Error(JSON.stringify(triggered));
  await endOf(windrow, triggered.runId);
  return triggered.runId;
}
