import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DELETE_POLICIES, type StageManifest } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { type Content, type Life, applied, expectedRows, shownRows } from './row-lives.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

/** Keys of two columns; the second may be NULL. */
const KEYS: readonly (readonly [string, string | null])[] = [
  ['a', null],
  ['a', 'x'],
  ['b', null],
];
const COLUMNS: readonly CsvColumn[] = ['id', 'part', 'value__c'].map((name) => ({ name, type: 'text' }));
const LATER_COLUMNS: readonly CsvColumn[] = [...COLUMNS, { name: 'extra__c', type: 'text' }];

const CHANGES = ['none', 'update', 'same', 'delete', 'recreate', 'recreate same'] as const;
const FULLS = ['none', 'at its end', 'later'] as const;

const history = fc.record({
  steps: fc.array(
    fc.record({
      changes: fc.tuple(...KEYS.map(() => fc.constantFrom(...CHANGES))),
      full: fc.constantFrom(...FULLS),
      /** What a later Full shows of each key otherwise than the windows did. */
      surprises: fc.tuple(...KEYS.map(() => fc.constantFrom('none', 'none', 'absent', 'other'))),
      /** Loads to run again after this step. */
      again: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  /** The step that brings a new column. */
  widens: fc.nat({ max: 5 }),
});
type History = typeof history extends fc.Arbitrary<infer One> ? One : never;

type Step = History['steps'][number];

function step(changes: Step['changes'], rest: Partial<Step> = {}): Step {
  return { changes, full: 'none', surprises: ['none', 'none', 'none'], again: [], ...rest };
}

/** Histories that each go wrong unless one particular rule holds. */
const TELLING: readonly History[] = [
  // An unchanged row keeps the window that changed it, run again, from changing it back.
  {
    widens: 1,
    steps: [
      step(['update', 'update', 'update']),
      step(['update', 'delete', 'recreate']),
      step(['same', 'update', 'recreate same'], { again: [1, 0, 2, 1] }),
    ],
  },
  // A Full ends what it does not have and changes only what differs; an earlier deletion keeps its time.
  {
    widens: 5,
    steps: [
      step(['update', 'update', 'update'], { full: 'at its end', again: [0, 1] }),
      step(['delete', 'none', 'none'], { full: 'later', surprises: ['none', 'absent', 'other'], again: [0, 2, 3] }),
      step(['none', 'update', 'same'], { full: 'later', again: [3, 2] }),
    ],
  },
];

interface Load {
  readonly number: number;
  readonly table: Omit<TableWindow, 'table'>;
  readonly again: readonly number[];
}

/** The loads of a history in order, and what each row lived through once all of them are done. */
function loadsOf({ steps, widens }: History): { readonly loads: readonly Load[]; readonly lives: readonly Life[] } {
  const loads: Load[] = [];
  let lives: readonly Life[] = KEYS.map(() => []);
  for (const [index, { changes, full, surprises, again }] of steps.entries()) {
    const isWide = index >= widens;
    const fresh = (mark: string): Content => [`${mark}${index}`, isWide ? `e${index}` : null];
    const columns = isWide ? LATER_COLUMNS : COLUMNS;
    const rowOf = (at: number, content: Content) => [...(KEYS[at] ?? []), ...content].slice(0, columns.length);
    const load = (number: number, contents: readonly (Content | undefined | 'none')[], deletes?: readonly number[]) => {
      lives = lives.map((life, at) => applied(life, number, contents[at] ?? undefined));
      const updates = contents.flatMap((one, at) => (one === undefined || one === 'none' ? [] : [rowOf(at, one)]));
      const mode = deletes === undefined ? 'replace' : 'merge';
      const gone = { deletes: (deletes ?? []).map((at) => KEYS[at] ?? []) };
      loads.push({ number, table: { columns, key: ['id', 'part'], mode, updates, ...gone }, again });
    };
    const live = (at: number): Content | undefined => {
      const last = lives[at]?.at(-1);
      return last?.to === undefined ? last?.content : undefined;
    };
    const number = 2 * index + 1;
    load(
      number,
      changes.map((change, at) => {
        if (change === 'none') return 'none';
        if (change === 'delete') return undefined;
        return change.endsWith('same') ? (live(at) ?? fresh('v')) : fresh('v');
      }),
      changes.flatMap((change, at) => (change === 'delete' || change.startsWith('recreate') ? [at] : [])),
    );
    if (full === 'at its end')
      load(
        number,
        KEYS.map((_, at) => live(at)),
      );
    if (full === 'later') {
      const seen = { none: live, absent: () => undefined, other: () => fresh('f') };
      load(
        number + 1,
        surprises.map((surprise, at) => seen[surprise](at)),
      );
    }
  }
  return { loads, lives };
}

describe.each(TARGETS.flatMap((target) => DELETE_POLICIES.map((policy) => ({ ...target, policy }))))(
  'windows, Fulls and windows run again in $product with deletes $policy',
  ({ open, policy }) => {
    let ground: TargetGround;
    let runs = 0;

    beforeAll(async () => {
      ground = await open();
    });

    afterAll(() => ground.close());

    it('leave in every cell what the rows lived through', async () => {
      const target = () => ground.targetKeeping(policy);
      await fc.assert(
        fc.asyncProperty(history, async (one) => {
          runs += 1;
          const table = `lives_${runs}`;
          const { loads, lives } = loadsOf(one);
          const manifests: StageManifest[] = [];
          let turn = 0;
          const opened = target();
          const load = async (manifest: StageManifest) => {
            turn += 1;
            const context = contextOf(manifest, { loadId: `${runs}.${turn}`, fence: runs * 100 + turn });
            await opened.load(manifest, context);
            await expect(opened.audit(manifest, context)).resolves.toMatchObject({ verdict: 'PASS' });
          };
          for (const { number, table: window, again } of loads) {
            const pipelineId = window.mode === 'replace' ? 'full' : 'veeva_incremental';
            const manifest = await ground.stage({ number, pipelineId, format: 'csv', tables: [{ ...window, table }] });
            manifests.push(manifest);
            await load(manifest);
            for (const at of again) await load(manifests[at % manifests.length] ?? manifest);
          }
          const isWide = loads.some(({ table: { columns } }) => columns === LATER_COLUMNS);
          const values = ['id', 'part', 'value__c', ...(isWide ? ['extra__c'] : [])];
          expect(await shownRows(ground, { table, values, policy })).toEqual(
            expectedRows({ keys: KEYS, lives, policy, isWide }),
          );
        }),
        { numRuns: 5, examples: TELLING.map((one) => [one]) },
      );
    }, 600_000);
  },
);
