import { describe, expect, it } from 'vitest';

import { ADDED_COLUMN } from '../support/added-column.ts';
import { runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

let plain: number;
let drifted: number;
let many: number;

const pages = dashboardPages({
  prepare: async ({ windrow, orders: { target } }) => {
    plain = await runWindow(windrow, 0);
    target.schemaChanges = [
      ADDED_COLUMN,
      {
        table: 'order_lines',
        column: 'note__c',
        change: 'widen_text',
        sentence: 'Widened order_lines.note__c from varchar(10) to varchar(64).',
        decision: 'applied',
        typeBefore: 'varchar(10)',
        typeAfter: 'varchar(64)',
      },
    ];
    drifted = await runWindow(windrow, 1);
    target.schemaChanges = [];
    target.held = {
      outcome: 'held',
      schemaChanges: [
        {
          table: 'depots',
          column: 'zone__c',
          change: 'change_type',
          sentence: 'depots.zone__c is integer, the window needs varchar(32)',
          decision: 'failed',
          typeBefore: 'integer',
          typeAfter: 'varchar(32)',
        },
      ],
      accept: 'windrow lake drift accept depots',
      setting: 'lake.contracts',
    };
    const stopped = await runWindow(windrow, 2);
    target.held = undefined;
    const { database } = windrow.store;
    await database.run({ text: TAKE_FILES }, [drifted]);
    // As the record says it that brought a loaded path with other content.
    const details = { path: 'inbox/2026/01/20/orders-0.csv', sha256: 'f'.repeat(64) };
    await database.run({ text: `update pipeline_records set error = error || $2 where id = $1` }, [
      stopped,
      JSON.stringify({ code: 'E_FILE_CHANGED_AFTER_LOAD', details }),
    ]);
    target.details = {
      statements: 3003,
      path: 'session',
      loaded: Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`object_${index}__v`, [index, index % 7]]),
      ),
      quarantined: 5,
      quarantinedTables: { object_1__v: 4, object_2__v: 1 },
      quarantineCommand: 'windrow lake quarantine --record 4',
    };
    many = await runWindow(windrow, 3);
    target.details = {};
  },
});

/** Two files of a record, of which one replaced another content. */
const TAKE_FILES = `
insert into source_file (pipeline_id, path, sha256, replaced_sha256, bytes, rows, model, record_id, run_id, attempt, status)
select 'orders', 'inbox/2026/01/20/orders-' || n || '.csv', repeat(n::text, 64), case n when 1 then repeat('a', 64) end,
  n * 4_100_000 + 812, n * 1000 + 7, 'incremental', id, dag_run_id, 0, case n when 0 then 'LOADED' else 'STAGED' end
from pipeline_records, generate_series(0, 1) as n
where id = $1`;

describe('the page of schema drift', () => {
  it('shows each change with its types and outcome, narrowed by table and outcome, and leads to the record', async () => {
    const { page } = pages;
    await pages.open('/drift');
    const rows = page.getByRole('table', { name: 'Schema drift' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(3);
    const widened = rows.filter({ hasText: 'order_lines.note__c' });
    await expect.poll(() => widened.innerText()).toContain('varchar(10) → varchar(64)');
    await expect.poll(() => rows.filter({ hasText: 'depots.zone__c' }).innerText()).toContain('window failed');
    await pages.looks('web-drift');

    await page.getByLabel('Table begins with').fill('order_');
    await expect.poll(() => rows.count()).toBe(1);
    expect(page.url()).toContain('table=order_');
    await page.getByLabel('Table begins with').fill('');
    await page.getByLabel('Outcome').selectOption('failed');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Outcome').selectOption('applied');
    await expect.poll(() => rows.count()).toBe(2);
    await widened.getByRole('link', { name: `Record ${drifted}` }).click();
    await page.getByRole('heading', { name: `Record ${drifted}`, level: 1 }).waitFor();
  });

  it('says what would be here where nothing fits', async () => {
    await pages.open('/drift?table=nowhere');
    const empty = pages.page.getByText('the window waits where a contract says so');
    await empty.waitFor();
    await expect.poll(() => pages.page.getByText('No schema changes').count()).toBe(1);
  });
});

describe('the page of a record', () => {
  it('shows the schema drift of its window, and says so where there is none', async () => {
    const { page } = pages;
    await pages.open(`/records/${drifted}`);
    const drift = page.getByRole('region', { name: 'Schema drift' });
    await drift.getByText('varchar(10) → varchar(64)').waitFor();
    await expect.poll(() => drift.getByRole('row').count()).toBe(3);
    const files = page.getByRole('region', { name: 'Files' });
    await expect.poll(() => files.getByRole('row').count()).toBe(3);
    await pages.looks('web-record-data');
    await pages.open(`/records/${plain}`);
    await drift.getByText('The window has found every table as it needs it.').waitFor();
  });

  it('shows what each of 1,000 tables got, and keeps only the rows in sight in the page', async () => {
    const { page } = pages;
    await pages.open(`/records/${many}`);
    const load = page.getByRole('region', { name: 'Load', exact: true });
    const table = load.getByRole('table', { name: 'Loaded tables' });
    await table.getByText('object_999__v').waitFor();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('11');
    await pages.looks('web-record-load');
    await load.getByRole('button', { name: 'Show all 1,000 tables' }).click();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('1001');
    await expect.poll(() => table.getByRole('row').count()).toBeLessThan(100);
    await expect.poll(() => load.innerText()).toContain('499,500');
    await expect.poll(() => load.innerText()).toContain('3,003');
    await table.getByRole('button', { name: 'Table' }).click();
    const top = (await table.boundingBox())?.y ?? 0;
    await page.evaluate(`window.scrollTo(0, ${top + 37 * 500})`);
    await table.getByText('object_500__v').waitFor();
    await expect.poll(() => table.getByText('object_500__v').isVisible()).toBe(true);
  });

  it('says where nothing is loaded yet, no file was taken in, and nothing drifted', async () => {
    const { page, shown } = pages;
    const [{ id } = { id: 0 }] = await shown.windrow.store.database.run({
      text: `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
        values ('orders', '2026-02-01', '2026-02-01', '2026-02-02', 'UTC', '1d') returning id`,
    });
    await pages.open(`/records/${String(id)}`);
    await page.getByRole('region', { name: 'Load', exact: true }).getByText('Not loaded yet').waitFor();
    const files = page.getByRole('region', { name: 'Files' });
    await expect.poll(() => files.getByText('No files').count()).toBe(1);
  });
});

describe('the page of files', () => {
  it('shows what became of each file, narrowed by path, state and conflict, and leads to the window that stopped', async () => {
    const { page } = pages;
    await pages.open('/files');
    const rows = page.getByRole('table', { name: 'Files' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    await expect.poll(() => rows.first().innerText()).toContain('3.9 MB');
    await expect.poll(() => rows.first().innerText()).toContain('replaced');
    await pages.looks('web-files');

    await page.getByLabel('Path begins with').fill('inbox/2026/01/20/orders-1');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Path begins with').fill('');
    await page.getByLabel('State').selectOption('STAGED');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('State').selectOption('');
    await page.getByLabel('Conflict').selectOption('true');
    await expect.poll(() => rows.count()).toBe(1);
    await rows.first().getByRole('link', { name: 'changed in record 3' }).click();
    await page.getByRole('heading', { name: 'Record 3', level: 1 }).waitFor();
  });

  it('has the windows with rows in quarantine, and the command that lists those', async () => {
    const { page } = pages;
    await pages.open('/files');
    await page.getByRole('link', { name: 'Quarantine' }).click();
    const rows = page.getByRole('table', { name: 'Quarantine' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(() => rows.first().innerText()).toContain('object_1__v 4, object_2__v 1');
    await expect.poll(() => rows.first().innerText()).toContain('windrow lake quarantine --record 4');
    await pages.looks('web-quarantine');
    expect(page.url()).toContain('/files/quarantine');
  });
});
