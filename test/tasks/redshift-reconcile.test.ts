import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Temporal } from '#framework';
import { redshiftTarget } from '#tasks/redshift';

import { compareTable } from '../../tasks/redshift/sql/audit/compare.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { type Ground, openGround } from './redshift-ground.ts';
import { type TableWindow, contextOf } from './stage-ground.ts';

const end = Temporal.Instant.from('2026-01-20T13:30:00Z');
const COVERS = ['veeva_incremental'];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

/** Loads a Full of one table; gives what was logged and answered. */
async function loadFull(number: number, table: TableWindow, target = ground.target) {
  const manifest = await ground.stage({
    number,
    pipelineId: `full_${table.table}`,
    format: 'csv',
    tables: [{ mode: 'replace', ...table }],
  });
  const lines: string[] = [];
  const loadId = `${table.table} ${number}`;
  const answer = await target.load(
    manifest,
    contextOf(manifest, { loadId, covers: COVERS, log: collectingLog(lines) }),
  );
  if (answer.outcome === 'held') throw new Error('A contract holds the Full.');
  const signal = new AbortController().signal;
  const report = await ground.opened.reconciliation({ pipelineId: `full_${table.table}` }, signal);
  return { ...answer, lines, report };
}

describe('comparing a Full with its tables', () => {
  it('joins a table once with the staged Full, and keeps trailing blanks and later windows apart', () => {
    const id = { name: 'id', type: { kind: 'text', bytes: 20 }, targetType: { kind: 'text', bytes: 40 } } as const;
    const name = { ...id, name: 'name__v' };
    const size = {
      name: 'size__c',
      type: { kind: 'decimal', precision: 38, scale: 2 },
      targetType: { kind: 'decimal', precision: 38, scale: 4 },
    } as const;
    const full = {
      schema: 'vault',
      pipelineId: 'veeva_full',
      recordId: 42,
      loadId: 'load',
      fence: 7,
      window: { start: end, end, zone: 'UTC' },
      covers: COVERS,
      reportedAt: end,
      prefix: 'windrow_stage_r42_f7',
    };
    const applied = {
      table: 'product__v',
      mode: 'replace',
      deletePolicy: 'hard',
      columns: [id, name, size],
      key: [id],
      updates: 'windrow_stage_r42_f7_0_updates',
    } as const;
    const [note, compare] = compareTable(full, { applied, columns: [name, size] }).map(({ sql }) => sql);
    expect(note).toBe(`insert into "vault"."windrow_stage_r42_f7_column"
values ('product__v', 0, 1, 'name__v'), ('product__v', 0, 2, 'size__c')`);
    expect(compare).toBe(`insert into "vault"."windrow_stage_r42_f7_difference"
select 'product__v', 0, windrow_finding, windrow_copy, windrow_key_1, windrow_key_2, windrow_key_3, windrow_places
from (
select case
when windrow_kept."_windrow_window_end" > timestamp '2026-01-20 13:30:00.000000' then 'changed_since'
when windrow_kept.windrow_copy is null and windrow_gone."table_name" is not null then 'changed_since'
when windrow_kept.windrow_copy is null then 'missing'
when windrow_staged.windrow_copy is null then 'extra'
else 'changed' end as windrow_finding,
coalesce(windrow_kept.windrow_copy, windrow_staged.windrow_copy) as windrow_copy,
left(case when windrow_staged.windrow_copy is null then windrow_kept."id" else windrow_staged."id" end, 1024) as windrow_key_1, cast(null as varchar) as windrow_key_2, cast(null as varchar) as windrow_key_3,
case when windrow_k0 = windrow_s0 and octet_length(windrow_k0) = octet_length(windrow_s0) or (windrow_k0 is null and windrow_s0 is null) then '0' else '1' end
|| case when windrow_k1 = windrow_s1 or (windrow_k1 is null and windrow_s1 is null) then '0' else '1' end as windrow_places
from (
select "id", "_windrow_window_end", "name__v" as windrow_k0, "size__c" as windrow_k1,
row_number() over (partition by coalesce('[' || windrow_own."id" || ']', '') order by windrow_own."_windrow_window_end" desc) as windrow_copy
from "vault"."product__v" as windrow_own
) as windrow_kept
full join (
select "id", "name__v" as windrow_s0, cast("size__c" as decimal(38, 4)) as windrow_s1, cast(1 as bigint) as windrow_copy
from "vault"."windrow_stage_r42_f7_0_updates"
) as windrow_staged
on coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || windrow_kept."id" || ']', '')
and windrow_staged.windrow_copy = windrow_kept.windrow_copy
left join (
select distinct "table_name", "key_1", "key_2", "key_3" from "vault"."windrow_tombstone"
where "table_name" = 'product__v'
and "window_end" > timestamp '2026-01-20 13:30:00.000000'
) as windrow_gone
on windrow_gone."table_name" = 'product__v'
and coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || windrow_gone."key_1" || ']', '')
) as windrow_compared
where (windrow_finding <> 'changed' or windrow_places like '%1%')
and not exists (
select 1 from "vault"."windrow_table_base" as windrow_base
where windrow_base."table_name" = 'product__v'
and windrow_base."window_end" > timestamp '2026-01-20 13:30:00.000000'
)`);
  });

  it('compares more columns than one statement has room for, and counts a row once', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `column_${index}_${'x'.repeat(45)}`);
    const columns = ['id', ...names].map((name) => ({ name, type: 'text' }) as const);
    const row = (id: string, change: Readonly<Record<number, string>> = {}) => [
      id,
      ...names.map((_, index) => change[index] ?? 'a'),
    ];
    await loadFull(1, { table: 'wide', columns, updates: [row('1'), row('2'), row('3')] });
    const updates = [row('1', { 0: 'b', 499: 'b' }), row('2'), row('4')];
    const { report } = await loadFull(2, { table: 'wide', columns, updates });
    expect(report?.tables).toMatchObject([
      {
        missing: 1,
        extra: 1,
        changed: 1,
        columns: [names[0], names[499]].map((column) => ({ column, rows: 1 })),
        samples: [
          { difference: 'missing', key: ['4'] },
          { difference: 'extra', key: ['3'] },
          { difference: 'changed', key: ['1'], columns: [names[0], names[499]] },
        ],
      },
    ]);
  });

  it('says what it found in the log and in the receipt, and leaves no table of its own', async () => {
    const columns = [{ name: 'id', type: 'text' }] as const;
    await loadFull(1, { table: 'told', columns, updates: [['1'], ['2']] });
    const { lines, details } = await loadFull(1, { table: 'told', columns, updates: [['1'], ['2']] });
    expect(details['reconciliation']).toMatchObject({ verdict: 'nothing_to_compare' });
    const damaged = await loadFull(2, { table: 'told', columns, updates: [['1']] });
    const sentence = damaged.lines.find((line) => line.includes('rows missing'));
    expect(sentence).toContain(
      'Compared the Full to 2026-01-20T13:30:00Z with changes loaded to nowhere, 1 tables: rows missing 0, extra 1, changed 0, in told. ' +
        'No window was loaded from 2026-01-20T13:15:00Z to 2026-01-20T13:30:00Z, so this need not be a fault.',
    );
    expect(lines.join()).toContain('There was nothing to compare');
    const sql = "select table_name from svv_tables where table_name like 'windrow_stage_%_difference'";
    expect(await ground.opened.warehouse.rows({ name: 'list', sql })).toEqual([]);
  });

  it('compares nothing where the settings switch it off', async () => {
    const off = redshiftTarget(ground.openWith({ reconciles: false }), { stage: ground.store });
    const columns = [{ name: 'id', type: 'text' }] as const;
    await loadFull(1, { table: 'quiet', columns, updates: [['1']] }, off);
    const { report, details } = await loadFull(2, { table: 'quiet', columns, updates: [['2']] }, off);
    expect(report).toBeUndefined();
    expect(details).not.toHaveProperty('reconciliation');
  });
});
