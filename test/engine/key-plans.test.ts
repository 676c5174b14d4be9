import { type TaskContext, dag, every, task } from '#framework';
import type { Windrow } from '#framework/operate';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

describe('the statements that a task costs', () => {
  const bench = new Bench();
  afterEach(async () => {
    vi.restoreAllMocks();
    await bench.close();
  });

  it('find rows by key, also with plans that were made while the tables were nearly empty', async () => {
    const statements = namedStatements();
    const renewal = () => eventually('a renewed lease', async () => statements.has('renew_leases') || undefined);
    const engine = await bench.engine({
      dags: [quarterHours(), mappingDag(renewal)],
      backend: 'postgres',
      clock: new TestClock('2026-01-20T00:20Z'),
    });
    await engine.advance('orders');
    await bench.start(engine, 'mapping');
    await eventually('the end of both runs', async () => {
      const ended = await row(engine, `select count(*) as runs from dag_run where state = 'success'`);
      return ended?.['runs'] === 2 ? true : undefined;
    });
    expect([...statements.keys()]).toEqual(expect.arrayContaining(LOOKED_AT));
    for (const statement of LOOKED_AT)
      expect({ statement, others: await otherWays(engine, statements.get(statement) ?? '') }).toEqual({
        statement,
        others: [],
      });
  });
});

const LOOKED_AT = [
  'insert_tasks',
  'start_tasks',
  'renew_leases',
  'lock_runs',
  'read_tasks',
  'apply_plans',
  'apply_plans_expand',
  'apply_plans_end_tell',
  'claim_record',
  'read_record',
  'start_source_to_stage_ingestion',
  'complete_stage_to_target_ingestion',
  'audited',
];

/** The ways to a row of a table that grows: its key, the run of a record that is in hand, the pipelines that a window covers. */
const WAYS: Readonly<Record<string, RegExp>> = {
  task_instance: /\brun_id = /,
  dag_run: /\b(id|record_id) = /,
  pipeline_records: /\b(id|dag_run_id|pipeline_id) = /,
};

function quarterHours() {
  return doublesPipeline('orders', transferDoubles(), {
    schedule: every('15m', { start: '2026-01-20T00:00Z', catchUp: 'all' }),
  });
}

function mappingDag(renewal: () => Promise<unknown>) {
  const numbers = task('numbers', { run: () => [1, 2, 3] });
  const each = task('each', { run: ({ input }: TaskContext<{ number: number }>) => input.number });
  return dag('mapping', {}, (d) => {
    const renewed = d.use('renewed', task('renewed', { run: () => renewal().then(() => null) }));
    d.use('each', each.map({ number: d.use('numbers', numbers, { after: [renewed] }) }));
  });
}

const Named = z.object({ name: z.string(), text: z.string() });

/** Every statement with a name that is sent from now on. */
function namedStatements(): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const query: unknown = Reflect.get(pg.Client.prototype, 'query');
  if (typeof query !== 'function') throw new Error('The client of PostgreSQL has no query.');
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const named = Named.safeParse(args[0]);
    if (named.success) seen.set(named.data.name, named.data.text);
    return Reflect.apply(query, this, args);
  });
  return seen;
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Index Cond'?: string | undefined;
  readonly Plans?: readonly Node[] | undefined;
}

const Node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(Node).optional();
  },
});

/** Scans that read more than the rows wanted. */
async function otherWays({ store }: Windrow, text: string): Promise<readonly string[]> {
  const [explained] = await store.database.run({ text: `explain (generic_plan, format json) ${text}` });
  const [{ Plan: plan }] = z.tuple([z.object({ Plan: Node })]).parse(explained?.['QUERY PLAN']);
  return nodes(plan).flatMap((node) => {
    const { 'Node Type': kind, 'Relation Name': table = '', Plans: parts = [] } = node;
    const way = WAYS[table];
    if (way === undefined || !kind.includes('Scan')) return [];
    const condition = [node, ...parts].map((part) => part['Index Cond'] ?? '').join(' ');
    return way.test(condition) ? [] : [`${kind} on ${table}: ${condition}`];
  });
}

function nodes(plan: Node): readonly Node[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}
