import { silentLog } from '#framework';
import { afterEach, expect, it } from 'vitest';

import { openDatabase } from '../../framework/store/database.ts';
import { migrate, readMigrations } from '../../framework/store/migrate.ts';
import { listSchemaDrift } from '../../framework/store/views/list-schema-drift.ts';
import { freshDatabase } from '../support/database.ts';
import { Bench } from './bench.ts';

const MIGRATIONS = readMigrations(new URL('../../framework/store/migrations/', import.meta.url));
const KEPT = MIGRATIONS.findIndex(({ name }) => name.endsWith('-schema-drift'));

const bench = new Bench();
afterEach(() => bench.close());

it('Schema changes that events told before stand in the list afterwards, in their order', async () => {
  const database = bench.keep(openDatabase({ url: await freshDatabase(), log: silentLog, connections: 1 }));
  await migrate(database, MIGRATIONS.slice(0, KEPT));
  await database.run({ text: `insert into dag (id, graph_hash) values ('orders', 'h')` });
  await database.run({
    text: `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
values ('orders', '2026-01-20', '2026-01-20T13:15Z', '2026-01-20T13:30Z', 'UTC', '15m')`,
  });
  const changes = [
    { table: 'orders', column: 'size', change: 'add_column', sentence: 'Added orders.size.' },
    { table: 'depots', change: 'create_table', sentence: 'Created depots.', decision: 'paused' },
  ];
  await database.run(
    { text: `insert into event (kind, dag_id, record_id, details) values ('schema_drift', 'orders', 1, $1)` },
    [JSON.stringify({ changes })],
  );
  await migrate(database);
  expect(await listSchemaDrift(database, { limit: 10 })).toMatchObject([
    { table: 'depots', column: null, decision: 'paused', pipelineId: 'orders', recordId: 1, typeAfter: null },
    { table: 'orders', column: 'size', decision: 'applied', sentence: 'Added orders.size.' },
  ]);
});
