import { type HeldLoad, type SchemaDrifted, definePlugin, every, runId } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench, row } from '../engine/bench.ts';
import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { records, rerun } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const SECOND = '2026-01-20T13:30Z..2026-01-20T13:45Z';

function held(decision: 'paused' | 'failed'): HeldLoad {
  const change = { table: 'orders', column: 'size__c', change: 'add_column', decision } as const;
  return {
    outcome: 'held',
    schemaChanges: [{ ...change, sentence: 'new column orders.size__c (varchar(16))' }],
    accept: 'windrow lake drift accept orders',
    setting: 'lake.contracts',
  };
}

const HOW_TO_ACCEPT = 'windrow lake drift accept orders, or set "apply" for it in lake.contracts; then';
const CHANGES = 'Changes: new column orders.size__c (varchar(16)).';

describe('a window whose schema changes a contract keeps back', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async () => {
    const doubles = transferDoubles();
    const drifted: SchemaDrifted[] = [];
    const ears = definePlugin({
      name: 'ears',
      version: '1',
      hooks: { schemaDrift: async (event) => void drifted.push(event) },
    });
    const clock = new TestClock('2026-01-20T13:45Z');
    const orders = doublesPipeline('orders', doubles, { schedule: every('15m', { start: '2026-01-20T13:15Z' }) });
    const engine = await bench.engine({ dags: [orders], clock, plugins: [ears] });
    return { engine, doubles, clock, drifted };
  };

  /** Who makes the first run alone gives it the first number: of two at once, the loser may have taken it in vain. */
  const begin = async (engine: Opened['engine']): Promise<void> => {
    await engine.advance('orders');
    bench.schedule(engine);
  };

  type Opened = Awaited<ReturnType<typeof open>>;

  const loader = (engine: Opened['engine']) =>
    row(
      engine,
      `select state, reason, next_at as at from task_instance where task_id = 'stage_to_target' and run_id = 1`,
    );

  it('waits under pause with later windows behind it, tells people and plugins once, and goes on by itself', async () => {
    const { engine, doubles, clock, drifted } = await open();
    doubles.target.held = held('paused');
    await begin(engine);
    const wait = await eventually('the deferral', async () => {
      const found = await loader(engine);
      return found?.['state'] === 'deferred' ? found : undefined;
    });
    expect(wait['reason']).toBe(
      `Nothing of record 1 was loaded: the contract of orders keeps schema changes back. It waits until they are accepted: ${HOW_TO_ACCEPT} it goes on by itself. ${CHANGES}`,
    );
    await records(engine, { [FIRST]: 'IN_PROGRESS', [SECOND]: 'PENDING' });
    const { schemaChanges, accept } = held('paused');
    expect(doubles.waits).toMatchObject([{ task: 'stage_to_target', code: 'E_SCHEMA_PAUSED', command: accept }]);
    await eventually('the hook', async () => (drifted.length === 1 ? true : undefined));
    expect(drifted).toMatchObject([{ dagId: 'orders', recordId: 1, changes: schemaChanges }]);

    clock.set('2026-01-20T13:50Z');
    await eventually('the second look', async () => {
      const found = await loader(engine);
      return found?.['state'] === 'deferred' && String(found['at']) !== String(wait['at']) ? true : undefined;
    });
    expect(doubles.waits).toHaveLength(1);

    doubles.target.held = undefined;
    clock.set('2026-01-20T13:55Z');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST, SECOND]);
    expect(doubles.target.log.map(({ window }) => window)).toEqual([FIRST, SECOND]);
    expect(drifted).toHaveLength(1);
    expect(doubles.failed).toEqual([]);
  });

  it('fails under fail with each change and the command that accepts it, tells plugins, and resumes by a re-run', async () => {
    const { engine, doubles, drifted } = await open();
    doubles.target.held = held('failed');
    await begin(engine);
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'PENDING' });
    await bench.until(engine, runId(1), { cleanup_stale_locks: 'success' });
    const message = `Nothing of record 1 was loaded: the contract of orders keeps schema changes back. Accept them: ${HOW_TO_ACCEPT}: windrow records rerun 1. ${CHANGES}`;
    expect(doubles.failed).toEqual([
      { task: 'stage_to_target', code: 'E_SCHEMA_CONTRACT', message, command: 'windrow records rerun 1' },
    ]);
    expect(doubles.waits).toEqual([]);
    await eventually('the hook', async () => (drifted.length === 1 ? true : undefined));
    expect(drifted).toMatchObject([{ changes: held('failed').schemaChanges }]);

    doubles.target.held = undefined;
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST, SECOND]);
  });
});
