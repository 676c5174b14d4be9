import type { Sensor } from '../../dag/sensor/sensor.ts';
import type { Database } from '../database.ts';

/**
 * Makes the database know the sensors of the code, and which of its own the code has lost; their dags must be known already.
 * Cursors stay. Idempotent.
 */
export async function registerSensors(database: Database, sensors: readonly Sensor[]): Promise<void> {
  await database.transaction(async (transaction) => {
    // Always in the same order, so that two processes that start together cannot deadlock.
    await transaction.run(LOCK);
    await transaction.run(REMOVE, [sensors.map(({ id }) => id)]);
    for (const { id, dag, everyMs, order } of sensors.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      await transaction.run(UPSERT, [id, dag.id, everyMs, order]);
    }
  });
}

const LOCK = { text: 'select id from sensor order by id for update' };
const REMOVE = { text: 'update sensor set removed_at = now() where removed_at is null and id <> all ($1::text[])' };

const UPSERT = {
  text: `
insert into sensor (id, dag_id, every_ms, item_order)
values ($1, $2, $3, $4)
on conflict (id) do update set dag_id = excluded.dag_id, every_ms = excluded.every_ms, item_order = excluded.item_order,
  removed_at = null`,
};
