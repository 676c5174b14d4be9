import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { SchemaDrift } from '#framework';

import { ADDED_COLUMN } from '../support/added-column.ts';
import { type ShownInstallation, openShownInstallation, runWindow } from '../support/dashboard-installation.ts';

let shown: ShownInstallation;
let plain: number;
let widened: number;

const WIDER: SchemaDrift = {
  table: 'orders_lines',
  column: 'note__c',
  change: 'widen_text',
  sentence: 'Widened orders_lines.note__c from varchar(10) to varchar(64).',
  decision: 'applied',
  typeBefore: 'varchar(10)',
  typeAfter: 'varchar(64)',
};
const REFUSED: SchemaDrift = {
  ...ADDED_COLUMN,
  table: 'depots',
  sentence: 'new column depots.size__c',
  decision: 'failed',
};

beforeAll(async () => {
  shown = await openShownInstallation('postgres');
  const { windrow, orders } = shown;
  plain = await runWindow(windrow, 0);
  orders.target.schemaChanges = [ADDED_COLUMN, WIDER];
  widened = await runWindow(windrow, 1);
  orders.target.schemaChanges = [];
  orders.target.held = {
    outcome: 'held',
    schemaChanges: [REFUSED],
    accept: 'windrow lake drift accept depots',
    setting: 'lake.contracts',
  };
  await runWindow(windrow, 2);
  orders.target.held = undefined;
});

afterAll(() => shown.close());

const Drift = z.object({
  items: z.array(z.looseObject({ id: z.number(), at: z.string(), table: z.string() })),
  next: z.string().nullable(),
});

async function drift(query = ''): Promise<z.infer<typeof Drift>> {
  const response = await fetch(`${shown.url}/api/v1/drift?${query}`);
  return Drift.parse(await response.json());
}

async function tables(query: string): Promise<readonly string[]> {
  return (await drift(query)).items.map(({ table }) => table);
}

describe('the list of schema drift', () => {
  it('tells each change with its types, the window that brought it and what became of it', async () => {
    const { items } = await drift();
    expect(items).toMatchObject([
      { table: 'depots', decision: 'failed', recordStatus: 'FAILED', typeBefore: null, typeAfter: 'varchar(16)' },
      {
        table: 'orders_lines',
        column: 'note__c',
        change: 'widen_text',
        typeBefore: 'varchar(10)',
        typeAfter: 'varchar(64)',
      },
      {
        table: 'orders',
        pipelineId: 'orders',
        recordId: widened,
        recordStatus: 'COMPLETED',
        window: { start: '2026-01-20T13:30:00Z', end: '2026-01-20T13:45:00Z' },
        decision: 'applied',
        sentence: ADDED_COLUMN.sentence,
      },
    ]);
  });

  it('is narrowed by record, decision and the beginning of the table', async () => {
    expect(await tables(`record=${plain}`)).toEqual([]);
    expect(await tables(`record=${widened}`)).toEqual(['orders_lines', 'orders']);
    expect(await tables('decision=failed')).toEqual(['depots']);
    expect(await tables('table=orders')).toEqual(['orders_lines', 'orders']);
    expect(await tables('table=orders_')).toEqual(['orders_lines']);
    expect(await tables('table=rders')).toEqual([]);
    expect(await tables('pipeline=shipments')).toEqual([]);
  });

  it('is narrowed by time to the moment', async () => {
    const { items } = await drift();
    const [newest, , oldest] = items.map(({ at }) => at);
    expect(await tables(`since=${newest}`)).toEqual(['depots']);
    expect(await tables(`until=${newest}`)).toEqual(['orders_lines', 'orders']);
    expect(await tables(`since=${oldest}&until=${newest}`)).toEqual(['orders_lines', 'orders']);
    expect(await tables(`until=${oldest}`)).toEqual([]);
    expect(await tables('since=2099-01-01T00:00:00Z')).toEqual([]);
  });

  it('is led through one by one by its cursors', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: z.infer<typeof Drift> = await drift(`limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ table }) => table));
      cursor = page.next;
    }
    expect(seen).toEqual(['depots', 'orders_lines', 'orders']);
  });

  it('keeps what the clean-up of events takes away', async () => {
    const { database } = shown.windrow.store;
    const events = await database.run({ text: `delete from event where kind = 'schema_drift' returning id` });
    expect(events).toHaveLength(2);
    expect((await drift()).items).toHaveLength(3);
  });
});
