import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ChangePolicy, SchemaContracts } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const text = (name: string): CsvColumn => ({ name, type: 'text' });

function contracts(tables: Readonly<Record<string, ChangePolicy>>, given: ChangePolicy = 'apply'): SchemaContracts {
  return { default: given, tables: new Map(Object.entries(tables)) };
}

describe.each(TARGETS)('$product keeps the contracts of its tables', ({ product, open }) => {
  let ground: TargetGround;
  const signal = new AbortController().signal;
  const command = `windrow ${product.toLowerCase()} drift accept`;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  /** Loads one row, and stages a window that brings a new column. */
  const grown = async (table: string, number: number) => {
    const before = { table, columns: [text('id'), text('name__v')] };
    const one = await ground.stage({ number, tables: [{ ...before, updates: [['1', 'a']] }] });
    await ground.target.load(one, contextOf(one));
    const after = { table, columns: [text('id'), text('name__v'), text('more__c')] };
    const two = await ground.stage({ number: number + 1, tables: [{ ...after, updates: [['1', 'b', 'c']] }] });
    return { before, after, one, two };
  };

  const decisions = async (table: string) =>
    (await ground.drift.list({ kind: 'everything' }, signal))
      .filter((row) => row.table === table)
      .map(({ decision }) => decision)
      .toSorted();

  it.each(['pause', 'fail'] as const)(
    'changes and loads nothing under %s, and goes on once it is accepted',
    async (policy) => {
      const table = `held_${policy}`;
      const { before, after, two } = await grown(table, policy === 'pause' ? 1 : 3);
      const strict = ground.targetWith({ contracts: contracts({ [table]: policy }) });
      const decision = policy === 'pause' ? 'paused' : 'failed';
      const held = await strict.load(two, contextOf(two));
      const sentence = expect.stringMatching(`^new column ${table}.more__c \\(varchar`);
      expect(held).toMatchObject({
        outcome: 'held',
        schemaChanges: [{ table, column: 'more__c', change: 'add_column', sentence, decision }],
        accept: `${command} ${table}`,
      });
      expect(await ground.columns(table)).toEqual(['id', 'name__v']);
      expect(await ground.rows(before)).toEqual(['1|a']);
      // It looks again, and what waits is noted once.
      expect(await strict.load(two, contextOf(two, { fence: 2 }))).toEqual(held);
      const waiting = await ground.drift.list({ kind: 'waiting', tables: [table.toUpperCase()] }, signal);
      expect(waiting).toMatchObject([{ table, decision, pipelineId: 'veeva_incremental', recordId: two.recordId }]);

      expect(await ground.drift.accept([table], signal)).toEqual(waiting);
      expect(await ground.drift.accept([table], signal)).toEqual([]);
      expect(await strict.load(two, contextOf(two, { fence: 3 }))).toMatchObject({ outcome: 'loaded' });
      expect(await ground.rows(after)).toEqual(['1|b|c']);
      expect(await decisions(table)).toEqual(['accepted', 'applied', 'applied']);
    },
  );

  it('goes on without a word once the contract lets changes through, and other tables were never held', async () => {
    const { after, two } = await grown('eased', 5);
    const strict = ground.targetWith({ contracts: contracts({ eased: 'pause' }) });
    expect(await strict.load(two, contextOf(two))).toMatchObject({ outcome: 'held' });
    const other = ground.targetWith({ contracts: contracts({ another: 'fail' }) });
    expect(await other.load(two, contextOf(two, { fence: 2 }))).toMatchObject({ outcome: 'loaded' });
    expect(await ground.rows(after)).toEqual(['1|b|c']);
  });

  it('names new and removed tables and columns, and a window that failed holds back what would only wait', async () => {
    const { two } = await grown('many_a', 7);
    const lost = { table: 'many_b', columns: [text('id'), text('gone__c')] };
    const first = await ground.stage({ number: 9, tables: [{ ...lost, updates: [['1', 'x']] }] });
    await ground.target.load(first, contextOf(first));
    const [staged] = two.tables;
    const removals = [
      { extract: 'metadata', table: 'many_b', column: 'gone__c' },
      { extract: 'metadata', table: 'eased' },
    ];
    const more = await ground.stage({
      number: 10,
      tables: [{ table: 'many_new', columns: [text('id')], updates: [['1']] }],
      removals,
    });
    const manifest = {
      ...more,
      location: two.location,
      tables: [...more.tables, ...(staged === undefined ? [] : [staged])],
    };
    const strict = ground.targetWith({ onRemoval: 'rename', contracts: contracts({ many_a: 'fail' }, 'pause') });
    const held = await strict.load(manifest, contextOf(manifest));
    expect(held.schemaChanges.map(({ decision, sentence }) => [decision, sentence])).toEqual([
      ['paused', 'new table many_new with 1 columns'],
      ['failed', expect.stringContaining('new column many_a.more__c')],
      ['paused', 'the source removed column many_b.gone__c, which would be renamed'],
      ['paused', 'the source removed table eased, which would be renamed'],
    ]);
    expect(await ground.tables()).not.toContain('many_new');
    expect(await ground.columns('many_b')).toEqual(['id', 'gone__c']);
  });

  it('lets the first load of a pipeline make its tables', async () => {
    const table = { table: 'first', columns: [text('id')], updates: [['1']] };
    const manifest = await ground.stage({ number: 11, tables: [table], pipelineId: 'new_pipeline' });
    const strict = ground.targetWith({ contracts: contracts({}, 'fail') });
    expect(await strict.load(manifest, contextOf(manifest))).toMatchObject({ outcome: 'loaded' });
  });

  it('does not take a change that waits for one that a later window made', async () => {
    const { two, before } = await grown('overtaken', 12);
    const strict = ground.targetWith({ contracts: contracts({ overtaken: 'pause' }) });
    await strict.load(two, contextOf(two));
    const again = await ground.stage({
      number: 12,
      tables: [{ ...before, columns: [...before.columns, text('more__c')], updates: [['2', 'x', 'y']] }],
    });
    expect(await ground.target.load(again, contextOf(again, { loadId: 'again', fence: 2 }))).toMatchObject({
      outcome: 'loaded',
      schemaChanges: [{ table: 'overtaken', column: 'more__c', change: 'add_column', decision: 'applied' }],
    });
  });

  it('lets a drift log from before there were decisions keep them', async () => {
    const { after, two } = await grown('older', 14);
    await ground.query('alter table vault.windrow_schema_drift drop column decision');
    const strict = ground.targetWith({ contracts: contracts({ older: 'pause' }) });
    expect(await strict.load(two, contextOf(two))).toMatchObject({ outcome: 'held' });
    await ground.drift.accept(undefined, signal);
    expect(await strict.load(two, contextOf(two, { fence: 2 }))).toMatchObject({ outcome: 'loaded' });
    expect(await ground.rows(after)).toEqual(['1|b|c']);
    expect(await decisions('older')).toEqual(['accepted', 'applied', 'applied']);
  });

  it('brings a schema from before there were decisions, reports and quarantine up to date with the first audit or load', async () => {
    const { one, two } = await grown('oldest', 30);
    await ground.target.load(one, contextOf(one, { fence: 2, loadId: 'once more' }));
    const age = async () => {
      await ground.query('alter table vault.windrow_schema_drift drop column decision');
      await ground.query('drop table vault.windrow_quarantine');
      await ground.query('drop table vault.windrow_reconciliation');
    };
    await age();
    expect(await ground.target.audit(one, contextOf(one, { fence: 3 }))).toMatchObject({ verdict: 'PASS' });
    await age();
    expect(await ground.target.load(two, contextOf(two))).toMatchObject({ outcome: 'loaded' });
  });
});
