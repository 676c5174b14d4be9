import { readFileSync } from 'node:fs';

import { DataFailure, type RunId, dag, task } from '#framework';
import { type Windrow, createRun, operations } from '#framework/operate';
import { afterAll, expect, it } from 'vitest';

import { endOf, runDag } from '../support/engine.ts';
import { arrowsOf } from '../support/state-chart.ts';
import { Bench } from './bench.ts';

const good = dag('good', {}, (d) => void d.use('only', task('only', { run: () => 1 })));
const bad = dag('bad', {}, (d) => {
  const sour = task('sour', { run: () => Promise.reject(new DataFailure('E_SOUR', 'The milk is sour.')) });
  d.use('sour', sour);
});
const waits = task('waits', {
  run: ({ signal }) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to stop')))),
});
const long = dag('long', {}, (d) => void d.use('waits', waits));
const late = dag('late', { runTimeout: '200ms' }, (d) => void d.use('waits', waits));

const FINAL = ['success', 'failed', 'cancelled'];

const bench = new Bench();
afterAll(() => bench.close());

it('moves a run along the arrows of the chart in the README, along each of them and no other', async () => {
  const engine = await bench.engine({ dags: [good, bad, long, late], backend: 'postgres' });
  await noteMoves(engine);
  bench.schedule(engine);

  const { rerunTasks, cancelRun } = operations(engine);
  const again = async (run: RunId, which: Parameters<typeof rerunTasks>[1]): Promise<void> => {
    expect(await rerunTasks({ run }, which)).toMatchObject({ kind: 'started' });
  };
  const done = await runDag(engine, 'good');
  await again(done.id, { kind: 'task', task: 'only', downstream: false });
  await endOf(engine, done.id);
  const soured = await runDag(engine, 'bad');
  await again(soured.id, { kind: 'failed' });
  await endOf(engine, soured.id);
  await runDag(engine, 'late');
  await cancelRun(await queuedRun(engine));
  const running = await bench.start(engine, 'long');
  await bench.until(engine, running, { waits: 'running' });
  await cancelRun(running);
  await endOf(engine, running);
  await again(running, { kind: 'failed' });
  await bench.until(engine, running, { waits: 'running' });
  await cancelRun(running);
  await endOf(engine, running);

  const readme = readFileSync(new URL('../../framework/README.md', import.meta.url), 'utf8');
  const drawn = arrowsOf(readme, 'States of a run').flatMap(({ from, to }) =>
    (from === 'final' ? FINAL : [from]).map((state) => `${state} --> ${to}`),
  );
  expect(await moves(engine)).toEqual(drawn.toSorted());
});

/** Of a dag with as many active runs as it may have, so that no scheduler starts it. */
async function queuedRun(engine: Windrow): Promise<number> {
  const { database } = engine.store;
  await database.run({ text: `update dag set max_active_runs = 0 where id = 'good'` });
  const created = await createRun(database, { dagId: 'good', kind: 'manual' });
  if (created.kind !== 'created') throw new Error('There is an open run of good already.');
  return created.runId;
}

/** Lets the database write down every change of the state of a run, whoever makes it. */
async function noteMoves({ store: { database } }: Windrow): Promise<void> {
  await database.run({ text: 'create table run_move (before text not null, after text not null)' });
  await database.run({
    text: `
create function note_move() returns trigger language plpgsql as $$
begin
  insert into run_move values (old.state, new.state);
  return new;
end
$$`,
  });
  await database.run({
    text: `
create trigger note_move after update on dag_run for each row when (old.state <> new.state) execute function note_move()`,
  });
}

async function moves({ store: { database } }: Windrow): Promise<readonly string[]> {
  const rows = await database.run({ text: 'select distinct before, after from run_move' });
  return rows.map((row) => `${String(row['before'])} --> ${String(row['after'])}`).toSorted();
}
