import { type Windrow, createRun, operations } from '#framework/operate';

interface StuckItem {
  readonly sensor: string;
  readonly dag: string;
  readonly key: string;
}

/** Makes an item that a sensor found and whose run was cancelled, which nothing starts again by itself. */
export async function stuckItem(windrow: Windrow, { sensor, dag, key }: StuckItem): Promise<void> {
  const { database } = windrow.store;
  const params = { directory: key };
  const made = await database.transaction((transaction) =>
    createRun(transaction, { dagId: dag, kind: 'sensor', params }),
  );
  if (made.kind !== 'created') throw new Error(JSON.stringify(made));
  await operations(windrow).cancelRun(made.runId, 'setup');
  const values = [sensor, key, made.runId, JSON.stringify(params)];
  await database.run(
    { text: 'insert into sensor_item (sensor_id, key, run_id, params) values ($1, $2, $3, $4)' },
    values,
  );
}
