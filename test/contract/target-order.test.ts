import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DELETE_POLICIES, type DeletePolicy, liveRows } from '#framework';
import { type CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const COLUMNS: readonly CsvColumn[] = ['id', 'value__c'].map((name) => ({ name, type: 'text' }));
const IDS = ['a', 'b', 'c', 'd'];

const CHANGES = ['none', 'update', 'delete', 'recreate'] as const;
type Change = (typeof CHANGES)[number];

interface Step {
  readonly changes: readonly Change[];
  /** A Full whose end is the end of this window. */
  readonly hasFull: boolean;
}

const history = fc
  .array(
    fc.record({
      changes: fc.array(fc.constantFrom(...CHANGES), { minLength: IDS.length, maxLength: IDS.length }),
      hasFull: fc.boolean(),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .chain((steps) => {
    const loads = steps.flatMap(({ hasFull }, index) => (hasFull ? [`w${index}`, `f${index}`] : [`w${index}`]));
    const again = fc.array(fc.constantFrom(...loads), { maxLength: 4 });
    return again.chain((repeated) => {
      const all = [...loads, ...repeated];
      return fc.shuffledSubarray(all, { minLength: all.length }).map((order) => ({ steps, order }));
    });
  });

const step = (first: Change, hasFull = false): Step => ({ changes: [first, 'none', 'none', 'none'], hasFull });

/** Orders that each undo something unless one particular rule holds. */
const TELLING = [
  // An update that comes after a later deletion.
  { steps: [step('update'), step('delete')], order: ['w1', 'w0'] },
  // An update that comes after a later Full without its row.
  { steps: [step('update'), step('delete', true)], order: ['f1', 'w0', 'w1'] },
  // A Full that comes after later windows.
  { steps: [step('update', true), step('update')], order: ['w1', 'f0', 'w0'] },
  { steps: [step('update', true), step('delete')], order: ['w0', 'w1', 'f0'] },
  // A deletion and a re-creation in one window, again after later ones.
  { steps: [step('update'), step('recreate'), step('update')], order: ['w0', 'w1', 'w2', 'w1'] },
];

/** What a window writes for a key: the value names the window, so that a stale row is seen. */
const valueOf = (id: string, index: number): string => `${id}${index}`;

function stateAfter(steps: readonly Step[], last: number): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  for (const [index, step] of steps.slice(0, last + 1).entries()) {
    for (const [place, change] of step.changes.entries()) {
      const id = IDS[place] ?? '';
      if (change === 'delete') state.delete(id);
      if (change === 'update' || change === 'recreate') state.set(id, valueOf(id, index));
    }
  }
  return state;
}

interface Staging {
  readonly ground: TargetGround;
  readonly table: string;
  readonly steps: readonly Step[];
}

async function stageStep({ ground, table, steps }: Staging, name: string) {
  const index = Number(name.slice(1));
  const place = { table, columns: COLUMNS } as const;
  if (name.startsWith('f')) {
    const updates = [...stateAfter(steps, index)].map(([id, value]) => [id, value]);
    return ground.stage({
      number: index + 1,
      pipelineId: 'full',
      format: 'csv',
      tables: [{ ...place, mode: 'replace', updates }],
    });
  }
  const keys = (wanted: readonly Change[]): string[] =>
    IDS.filter((_, at) => wanted.includes(steps[index]?.changes[at] ?? 'none'));
  const updates = keys(['update', 'recreate']).map((id) => [id, valueOf(id, index)]);
  const deletes = keys(['delete', 'recreate']).map((id) => [id]);
  return ground.stage({ number: index + 1, format: 'csv', tables: [{ ...place, updates, deletes }] });
}

/** Late windows write the same live rows under every policy; what else stays is the matter of another test. */
const RUNS: Readonly<Record<DeletePolicy, number>> = { hard: 18, soft: 7, history: 7 };

const CASES = TARGETS.flatMap((target) => DELETE_POLICIES.map((policy) => ({ ...target, policy })));

describe.each(CASES)('windows and Fulls in any order in $product with deletes $policy', ({ open, policy }) => {
  let ground: TargetGround;
  let runs = 0;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  it('end as if each had been applied once and in order, however often and in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, order }) => {
        runs += 1;
        const table = `any_order_${runs}`;
        const target = ground.targetKeeping(policy);
        for (const [turn, name] of order.entries()) {
          const manifest = await stageStep({ ground, table, steps }, name);
          const context = contextOf(manifest, { loadId: `${runs}.${turn}`, fence: runs * 100 + turn });
          await target.load(manifest, context);
          await expect(target.audit(manifest, context)).resolves.toMatchObject({ verdict: 'PASS' });
        }
        const expected = [...stateAfter(steps, steps.length - 1)].map((row) => row.join('|')).toSorted();
        const live = await ground.query(`select id, value__c from ${liveRows(policy, `vault.${table}`)} as live`);
        expect(live.map((row) => row.join('|')).toSorted()).toEqual(expected);
      }),
      { numRuns: RUNS[policy], examples: TELLING.map((one) => [one]) },
    );
  });
});
