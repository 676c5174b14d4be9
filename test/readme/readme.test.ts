import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

import { Temporal, closeAll, type Closable } from '#framework';
import { createRun, operations } from '#framework/operate';
import { afterEach, expect, it } from 'vitest';

import { endOf, openTestEngine } from '../support/engine.ts';
import { orders } from './orders.ts';

const opened: Closable[] = [];
afterEach(() => closeAll(opened.splice(0)));

const example = readFileSync(new URL('orders.ts', import.meta.url), 'utf8');

it('shows in the README exactly the pipeline that is tested here, in 30 lines', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
});

it('runs the pipeline of the README for a window, and skips what follows where there are no orders', async () => {
  const asked: string[] = [];
  const shop = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(asked.length === 1 ? [{ id: 7, total: '1.50' }] : []));
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  opened.push({
    close: async () => {
      shop.closeAllConnections();
      await once(shop.close(), 'close');
    },
  });
  const address = shop.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const engine = await openTestEngine({ dags: [orders], backend: 'postgres' });
  opened.push(engine);
  // Windows of its schedule would ask the real shop first.
  await operations(engine).pauseDag('orders');
  const worker = engine.startWorker();
  opened.push(worker);
  const runs = [];
  for (const hour of [1, 2]) {
    const start = Temporal.Instant.from(`2026-01-01T0${hour}:00Z`);
    const window = { start, end: start.add({ hours: 1 }), zone: 'UTC' };
    const params = { shop: `http://127.0.0.1:${address.port}` };
    const created = await createRun(engine.store.database, { dagId: 'orders', kind: 'manual', window, params });
    if (created.kind !== 'created') throw new Error('not created');
    await engine.advance('orders');
    runs.push(await endOf(engine, created.runId));
  }

  expect(asked).toEqual([
    '/orders?from=2026-01-01T01%3A00%3A00Z&to=2026-01-01T02%3A00%3A00Z',
    '/orders?from=2026-01-01T02%3A00%3A00Z&to=2026-01-01T03%3A00%3A00Z',
  ]);
  expect(runs.map(({ state, tasks }) => ({ state, tasks }))).toEqual([
    { state: 'success', tasks: { extract: 'success', summarise: 'success' } },
    { state: 'success', tasks: { extract: 'skipped', summarise: 'skipped' } },
  ]);
  const [row] = await engine.store.database.run({
    text: `select output from task_instance where task_id = 'summarise' and output is not null`,
  });
  expect(row).toEqual({ output: { ids: [7] } });
});
