import { hostname, userInfo } from 'node:os';

import { silentLog } from '#framework';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Store, openStore } from '../../framework/store/store.ts';
import { type Installation, openInstallationFolder, windrow } from './windrow.ts';

const WINDOW = '--window 2026-01-20T13:00Z..2026-01-20T14:00Z';
const ITEM = `insert into sensor_item (sensor_id, key, run_id) select 'arrivals', 'day-1', max(id) from dag_run`;

/** In this order, each behind those before it: what is told. */
const CHANGES: readonly (readonly [words: string, told: string])[] = [
  ['dags pause hello', 'dag_paused'],
  ['dags unpause hello', 'dag_unpaused'],
  ['dags test hello', 'run_triggered'],
  [`dags trigger hello ${WINDOW}`, 'run_triggered'],
  ['runs cancel 2', 'run_cancel_requested'],
  ['runs skip 2 --reason closed', 'run_skipped'],
  ['runs rerun 2 --failed --queue', 'run_cleared'],
  [`dags trigger orders ${WINDOW}`, 'run_triggered'],
  ['records cancel 1', 'run_cancel_requested'],
  ['records rerun 1 --queue', 'record_rerun'],
  ['records cancel 1', 'run_cancel_requested'],
  ['records rerun 1 --failed --queue', 'run_cleared'],
  ['records cancel 1', 'run_cancel_requested'],
  ['records skip 1 --reason closed', 'record_skipped'],
  ['pools set dock --slots 3', 'pool_set'],
  ['pools set dock --reset', 'pool_reset'],
  ['backfill create --dag daily --from 2026-01-01 --to 2026-01-03', 'backfill_created'],
  ['backfill pause 1', 'backfill_paused'],
  ['backfill resume 1', 'backfill_resumed'],
  ['backfill cancel 1', 'backfill_cancelled'],
  ['sensors pause arrivals', 'sensor_paused'],
  ['sensors unpause arrivals', 'sensor_unpaused'],
  [`sensors cursor arrivals --set '"day-1"'`, 'sensor_cursor_set'],
  ['sensors cursor arrivals --reset', 'sensor_cursor_reset'],
  ['sensors rerun arrivals day-1', 'sensor_item_rerun'],
  ['sensors skip arrivals day-1 --reason closed', 'sensor_item_skipped'],
];
const READS = new Set(['list', 'show', 'logs', 'help']);
const GROUPS = [...new Set(CHANGES.map(([words]) => words.split(' ', 1).join()))];

describe('who did something', () => {
  let at: Installation;
  let store: Store;
  beforeAll(async () => {
    at = await openInstallationFolder();
    store = openStore({ url: at.environment['DATABASE_URL'] ?? '', log: silentLog });
  });
  afterAll(async () => {
    await store.close();
    await at.close();
  });

  /** The verbs on items need one whose run was cancelled. */
  async function cancelledItem(): Promise<void> {
    const [item] = await store.database.run({ text: 'select run_id from sensor_item' });
    if (item === undefined) {
      await windrow(at, `dags trigger files --params '{"directory":"day-1"}'`);
      await store.database.run({ text: ITEM });
    }
    await store.database.run({
      text: `update dag_run set state = 'cancelled' where id = (select run_id from sensor_item)`,
    });
  }

  /** As if a worker had torn down behind the cancel. */
  async function cancelledRecord(): Promise<void> {
    for (const text of [
      `update task_instance set state = 'cancelled' where run_id in (select id from dag_run where record_id is not null)`,
      `update dag_run set state = 'cancelled', open_tasks = 0, ended_at = now() where record_id is not null`,
      `update pipeline_records set pipeline_status = 'CANCELLED'`,
    ])
      await store.database.run({ text });
  }

  it.each(CHANGES)('stands in the history behind "windrow %s"', async (words, told) => {
    if (words.includes('day-1 ') || words.endsWith('arrivals day-1')) await cancelledItem();
    if (/^records (rerun|skip)/.test(words)) await cancelledRecord();
    expect(await windrow(at, words)).toMatchObject({ code: 0 });
    const [event] = await store.database.run({
      text: `select kind, details ->> 'by' as by from event where details ? 'by' order by id desc limit 1`,
    });
    expect(event).toEqual({ kind: told, by: `${userInfo().username}@${hostname()}` });
    const [deed] = await store.database.run({ text: 'select action, actor from audit_log order by id desc limit 1' });
    expect(deed).toEqual({ action: told, actor: event?.['by'] });
  });

  it.each(GROUPS)('is asked of every verb of "windrow %s" that changes something', async (group) => {
    const { out } = await windrow(at, `${group} --help`);
    const verbs = [...out.slice(out.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)].map(([, verb]) => verb ?? '');
    expect(verbs.length).toBeGreaterThan(1);
    const unasked = verbs.filter(
      (verb) => !READS.has(verb) && !CHANGES.some(([words]) => words.startsWith(`${group} ${verb} `)),
    );
    expect(unasked).toEqual([]);
  });
});
