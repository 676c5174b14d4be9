import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { StageFormat, Target } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

/** The last column: its parts stand behind it. */
const COLUMNS: readonly CsvColumn[] = ['id', 'notes'].map((name) => ({ name, type: 'text' }));
const LONG = `"a" \\ ${'é'.repeat(100_000)}👩 `;
const LONGER = `${'€'.repeat(60_000)}\n${'x'.repeat(140_000)}`;

type Rows = readonly (readonly [string, string | null])[];

interface Window {
  readonly number: number;
  readonly table: string;
  readonly updates: Rows;
  readonly format?: StageFormat;
  readonly mode?: TableWindow['mode'];
  readonly target?: Target;
}

describe.each(TARGETS)('$product and text whose pieces are one column', ({ product, open }) => {
  let ground: TargetGround;
  let tries = 0;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  async function load({ number, table, updates, format = 'parquet', mode = 'merge', target = ground.target }: Window) {
    const isFull = mode === 'replace';
    const pipelineId = `${isFull ? 'full' : 'changes'}_${table}`;
    const tables = [{ table, columns: COLUMNS, longText: 'parts' as const, updates, mode }];
    const manifest = await ground.stage({ number, format, pipelineId, tables });
    tries += 1;
    const context = contextOf(manifest, {
      fence: tries,
      loadId: `${tries}`,
      covers: isFull ? [`changes_${table}`] : [],
    });
    const receipt = await target.load(manifest, context);
    expect(await target.audit(manifest, context)).toMatchObject({ verdict: 'PASS' });
    return { receipt, report: () => ground.reconciliation({ pipelineId, fullEnd: manifest.window.end }) };
  }

  /** The exact text of a row: an answer of Redshift has room for one piece at a time. */
  const READ: Readonly<Record<string, (from: string) => Promise<string | null>>> = {
    DuckDB: async (from) => (await ground.query(`select notes ${from}`))[0]?.[0] ?? null,
    Redshift: async (from) => {
      const [[length = null] = []] = await ground.query(`select get_array_length(notes) ${from}`);
      if (length === null) return null;
      const pieces: (string | null)[] = [];
      for (let piece = 0; piece < Number(length); piece += 1) {
        const rows = await ground.query(`select cast(notes[${piece}] as varchar(65535)) ${from}`);
        pieces.push(rows[0]?.[0] ?? 'a piece without text');
      }
      return pieces.join('');
    },
  };
  const textOf = (table: string, id: string) => READ[product]?.(`from vault.${table} where id = '${id}'`);

  const RETYPES: Readonly<Record<string, readonly object[]>> = {
    DuckDB: [],
    Redshift: [{ change: 'change_type', column: 'notes', decision: 'applied' }],
  };

  it.each(['parquet', 'csv'] as const)(
    'holds long and short text and NULL exactly, whenever the first long one comes, by way of %s',
    async (format) => {
      const table = `pieces_${format}`;
      const first = format === 'parquet' ? 1 : 11;
      const window = (number: number, updates: Rows) => load({ number: first + number, table, updates, format });
      const before: Rows = [
        ['V1', 'short '],
        ['V2', null],
        ['V3', 'C:\\x'],
      ];
      await window(0, before);
      const second: Rows = [
        ['V2', LONG],
        ['V4', null],
        ['V5', 'new'],
      ];
      expect((await window(1, second)).receipt).toMatchObject({ schemaChanges: RETYPES[product] });
      expect(await ground.columns(table)).toEqual(['id', 'notes']);
      for (const [id, text] of [['V1', 'short '], ['V3', 'C:\\x'], ...second] as const)
        expect(await textOf(table, id)).toBe(text);
      const third = await window(2, [
        ['V1', null],
        ['V2', 'short again'],
        ['V3', LONGER],
      ]);
      expect(third.receipt).toMatchObject({ outcome: 'loaded', schemaChanges: [] });
      // Older windows that come once more change nothing that is newer.
      await window(1, second);
      await window(0, before);
      const last: Rows = [
        ['V1', null],
        ['V2', 'short again'],
        ['V3', LONGER],
        ['V4', null],
        ['V5', 'new'],
      ];
      for (const [id, text] of last) expect(await textOf(table, id)).toBe(text);
    },
  );

  it('finds in a Full that each piece is the same to its last blank, and which row is not', async () => {
    const table = 'compared';
    const full = async (number: number, updates: Rows) =>
      (await load({ number, table, updates, mode: 'replace' })).report();
    await full(30, [['V0', 'before']]);
    const rows: Rows = [
      ['V1', LONG],
      ['V2', 'short'],
      ['V3', null],
    ];
    await load({ number: 31, table, updates: rows });
    const withOld: Rows = [['V0', 'before'], ...rows];
    expect(await full(32, withOld)).toMatchObject({ verdict: 'equal', tables: [{ rows: 4, changed: 0 }] });
    const [shorter, ended, same]: Rows = [
      ['V1', LONG.trimEnd()],
      ['V2', `${LONG}!`],
      ['V3', null],
    ];
    if (shorter === undefined || ended === undefined || same === undefined) throw new Error('There are three rows.');
    expect(await full(33, [['V0', 'before '], shorter, ended, same])).toMatchObject({
      tables: [{ rows: 4, changed: 3, columns: [{ column: 'notes', rows: 3 }] }],
    });
    // Without a long text the Full has fewer pieces than the table.
    expect(await full(34, [['V0', 'before '], ['V1', LONG.slice(0, 10)], ended, same])).toMatchObject({
      tables: [{ changed: 1, samples: [{ key: ['V1'], columns: ['notes'] }] }],
    });
    expect(await full(35, [['V0', 'x'], ['V1', 'y'], ['V2', 'z'], same])).toMatchObject({ tables: [{ changed: 3 }] });
    expect(await full(36, [])).toMatchObject({ tables: [{ rows: 0, extra: 4 }] });
  });

  it('opens a version for a long text that changed in any piece, and none for one that did not', async () => {
    const target = ground.targetKeeping('history');
    const table = 'versions';
    const window = (number: number, updates: Rows) => load({ number, table, updates, target });
    const versions = async () =>
      (await ground.query(`select id, count(*) from vault.${table} group by id order by id`)).map(([id, count]) => [
        id,
        Number(count),
      ]);
    await window(40, [
      ['V1', 'short'],
      ['V2', 'short'],
      ['V3', null],
    ]);
    await window(41, [
      ['V1', 'short'],
      ['V2', LONG],
      ['V3', null],
    ]);
    expect(await versions()).toEqual([
      ['V1', 1],
      ['V2', 2],
      ['V3', 1],
    ]);
    await window(42, [
      ['V1', 'short '],
      ['V2', LONG],
      ['V3', null],
    ]);
    await window(43, [['V2', LONG.trimEnd()]]);
    await window(44, [['V1', 'short ']]);
    expect(await versions()).toEqual([
      ['V1', 2],
      ['V2', 3],
      ['V3', 1],
    ]);
    expect(await textOf(table, "V2' and _valid_to is null and '' = '")).toBe(LONG.trimEnd());
  });

  it('is not cut where somebody pins the column to a text that ends earlier', async () => {
    const table = 'pinned';
    const pins = new Map([[table, new Map([['notes', { kind: 'text', bytes: 100 } as const]])]]);
    await load({ number: 60, table, updates: [['V1', LONG]] });
    const loadPinned = load({ number: 61, table, updates: [['V2', 'b']], target: ground.targetWith({ pins }) });
    // DuckDB holds only values that come to the length of a pin.
    const ends: Readonly<Record<string, object>> = {
      DuckDB: { receipt: { outcome: 'loaded' } },
      Redshift: { code: 'E_REDSHIFT_RETYPE' },
    };
    expect(await loadPinned.catch((error: unknown) => error)).toMatchObject(ends[product] ?? {});
    expect(await textOf(table, 'V1')).toBe(LONG);
  });

  it('keeps the end of a text that an earlier policy put into further columns', async () => {
    const table = 'split_before';
    const split = await ground.stage({
      number: 50,
      tables: [{ table, columns: COLUMNS, longText: 'split', updates: [['V1', LONG]] }],
    });
    await ground.target.load(split, contextOf(split));
    const ends: Readonly<Record<string, () => Promise<void>>> = {
      DuckDB: async () => {
        await load({ number: 51, table, updates: [['V1', LONG]] });
        expect(await textOf(table, 'V1')).toBe(LONG);
      },
      Redshift: async () => {
        await expect(load({ number: 51, table, updates: [['V2', LONG]] })).rejects.toMatchObject({
          code: 'E_REDSHIFT_TEXT_SPLIT',
        });
        expect(await ground.columns(table)).toContain('notes__2');
      },
    };
    await ends[product]?.();
    expect.hasAssertions();
  });
});
