import { type Dag, dag, every, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { collectingLog } from '../support/collecting-log.ts';
import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

interface Kind {
  readonly kind: string;
  readonly make: (length: string) => Dag;
  readonly windows: string;
  readonly insertQuarter: string;
}

const START = { start: '2026-01-20T00:00Z' };

const KINDS: readonly Kind[] = [
  {
    kind: 'dag',
    make: (length) =>
      dag('changing', { schedule: every(length, { ...START, overlap: 'allow', order: 'free' }) }, (d) => {
        d.use('work', task('work', { run: () => {} }));
      }),
    windows: 'select id, window_start, window_end from dag_run',
    insertQuarter: `
      insert into dag_run (dag_id, graph_hash, kind, priority, window_start, window_end, window_zone)
      select id, graph_hash, 'scheduled', 100, '2026-01-20T00:00Z', '2026-01-20T00:15Z', 'UTC' from dag`,
  },
  {
    kind: 'pipeline',
    make: (length) => doublesPipeline('changing', transferDoubles(), { schedule: every(length, START) }),
    windows: 'select id, window_start_time as window_start, window_end_time as window_end from pipeline_records',
    insertQuarter: `
      insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
      values ('changing', '2026-01-20', '2026-01-20T00:00Z', '2026-01-20T00:15Z', 'UTC', '15m')`,
  },
];

describe.each(KINDS)('a $kind whose schedule changes while processes with both run', (kind) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('gets windows by the schedule that was registered last only, and the other process says so once', async () => {
    const clock = new TestClock('2026-01-20T01:00Z');
    const lines: string[] = [];
    const log = collectingLog(lines);
    const older = await bench.engine({ backend: 'postgres', dags: [kind.make('1h')], clock, log, workers: 0 });
    await older.advance('changing');
    const newer = await bench.beside(older, { dags: [kind.make('15m')], clock, workers: 0 });
    for (let hour = 2; hour < 8; hour += 1) {
      clock.set(`2026-01-20T0${hour}:00Z`);
      await Promise.all([newer, older].map((engine) => engine.advance('changing')));
    }
    expect(await overlaps(older, kind)).toEqual({ count: 0 });
    expect(await row(older, `select count(*) from (${kind.windows}) as w`)).toEqual({ count: 1 + 6 * 4 });
    expect(lines.filter((line) => line.includes('another schedule'))).toEqual([
      expect.stringMatching(/"level":"warn".*"dag":"changing"/),
    ]);
  });

  it('gets no window over one that another process makes at the same moment', async () => {
    const clock = new TestClock('2026-01-20T02:00Z');
    const engine = await bench.engine({ backend: 'postgres', dags: [kind.make('1h')], clock, workers: 0 });
    let advanced = Promise.resolve();
    await engine.store.database.transaction(async (other) => {
      await other.run({ text: `select pg_advisory_xact_lock(hashtext('windrow dag changing'))` });
      advanced = engine.advance('changing');
      await eventually('a process that waits for the dag', async () =>
        (await row(engine, WAITING))?.['count'] === 1 ? true : undefined,
      );
      await other.run({ text: kind.insertQuarter });
    });
    await advanced;
    expect(await overlaps(engine, kind)).toEqual({ count: 0 });
    expect(
      await row(engine, `select min(window_end) = '2026-01-20T00:15Z' as kept from (${kind.windows}) as w`),
    ).toEqual({ kept: true });
    expect(await row(engine, `select count(*) from (${kind.windows}) as w`)).toEqual({ count: 3 });
  });
});

const WAITING = `
select count(*) from pg_locks
where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;

function overlaps(engine: Windrow, { windows }: Kind): Promise<unknown> {
  const text = `
    with w as (${windows})
    select count(*) from w a join w b on a.id < b.id and a.window_start < b.window_end and b.window_start < a.window_end`;
  return row(engine, text);
}
