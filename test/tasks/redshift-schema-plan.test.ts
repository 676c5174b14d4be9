import { describe, expect, it } from 'vitest';

import { type ColumnType, KEEP_NOTHING, Temporal } from '#framework';

import {
  type ExistingType,
  type SchemaChange,
  type SchemaQuestion,
  describeChanges,
  planSchema,
} from '../../framework/transfer/schema/schema-plan.ts';
import { targetType } from '../../tasks/redshift/load/target-type.ts';
import { typeText } from '../../tasks/redshift/sql/text.ts';

const text = (bytes: number): ColumnType => ({ kind: 'text', bytes });
const decimal = (scale: number): ColumnType => ({ kind: 'decimal', precision: 38, scale });
const system: readonly (readonly [string, ExistingType])[] = [
  ['_windrow_window_end', { kind: 'timestamp' }],
  ['_windrow_record_id', { kind: 'foreign', text: 'bigint' }],
];

function question(change: Partial<SchemaQuestion>): SchemaQuestion {
  return {
    wanted: [],
    removals: [],
    existing: new Map(),
    later: { tables: new Set(), columns: new Set() },
    policy: 'drop',
    deletes: KEEP_NOTHING,
    targetType,
    windowEnd: Temporal.Instant.from('2026-01-20T13:30:00Z'),
    ...change,
  };
}

function existing(columns: Readonly<Record<string, ExistingType>>): SchemaQuestion['existing'] {
  return new Map([['t', new Map([...Object.entries(columns), ...system])]]);
}

function changesOf(change: Partial<SchemaQuestion>): readonly SchemaChange[] {
  return planSchema(question(change)).changes;
}

const wants = (columns: Readonly<Record<string, ColumnType>>) => [
  { table: 't', columns: Object.entries(columns).map(([name, type]) => ({ name, type })) },
];

describe('planning the target schema', () => {
  it('creates a missing table with all 38 digits for decimals', () => {
    const wanted = wants({ id: text(10), n: { kind: 'decimal', precision: 5, scale: 2 } });
    expect(planSchema(question({ wanted }))).toMatchObject({
      changes: [{ kind: 'create_table', table: 't', columns: [{ type: text(16) }, { type: decimal(2) }] }],
      tables: [{ table: 't', state: 'new' }],
    });
  });

  it('changes nothing where the target already holds every value', () => {
    const wanted = wants({ id: text(10), n: decimal(2), d: { kind: 'date' } });
    expect(
      changesOf({ wanted, existing: existing({ id: text(20), n: decimal(4), d: { kind: 'timestamp' } }) }),
    ).toEqual([]);
  });

  it.each<[string, { readonly from: ExistingType; readonly to: ColumnType; readonly change?: SchemaChange }]>([
    [
      'widens text with room to grow',
      { from: text(16), to: text(17), change: { kind: 'widen_text', table: 't', column: 'c', from: 16, bytes: 32 } },
    ],
    [
      'never widens text beyond what Redshift has',
      {
        from: text(16),
        to: text(65_000),
        change: { kind: 'widen_text', table: 't', column: 'c', from: 16, bytes: 65_535 },
      },
    ],
    ['never shrinks text', { from: text(10), to: text(9) }],
    [
      'adds scale',
      {
        from: decimal(2),
        to: decimal(4),
        change: { kind: 'change_type', table: 't', column: 'c', from: decimal(2), to: decimal(4) },
      },
    ],
    ['never drops scale', { from: decimal(4), to: decimal(2) }],
    [
      'turns a number into text, with room for every old one',
      {
        from: decimal(0),
        to: text(9),
        change: { kind: 'change_type', table: 't', column: 'c', from: decimal(0), to: text(64) },
      },
    ],
    [
      'replaces a type that is not its own',
      {
        from: { kind: 'foreign', text: 'bigint' },
        to: decimal(0),
        change: {
          kind: 'change_type',
          table: 't',
          column: 'c',
          from: { kind: 'foreign', text: 'bigint' },
          to: decimal(0),
        },
      },
    ],
  ])('%s', (_, { from, to, change }) => {
    expect(changesOf({ wanted: wants({ c: to }), existing: existing({ c: from }) })).toEqual(
      change === undefined ? [] : [change],
    );
  });

  it('adds a missing column, and the system columns to a table that somebody else made', () => {
    const changes = changesOf({
      wanted: wants({ id: text(5), c: text(7) }),
      existing: new Map([['t', new Map([['id', text(5)]])]]),
    });
    expect(changes).toEqual([
      { kind: 'adopt_table', table: 't', deletePolicy: 'hard' },
      { kind: 'add_column', table: 't', column: 'c', type: text(16) },
    ]);
  });

  it.each(['drop', 'keep', 'rename'] as const)('treats a removed column and table by the policy %s', (policy) => {
    const removals = [
      { extract: 'x', table: 't', column: 'c' },
      { extract: 'y', table: 't' },
    ];
    const changes = changesOf({ policy, removals, existing: existing({ id: text(5), c: text(5) }) });
    expect(changes.map((change) => change.kind)).toEqual([`${policy}_column`, `${policy}_table`]);
    const to = changes.flatMap((change) => ('to' in change ? [change.to] : []));
    expect(to).toEqual(policy === 'rename' ? ['c_removed_20260120133000', 't_removed_20260120133000'] : []);
  });

  it('keeps names apart that begin alike and have no room for what renaming adds', () => {
    const [one, other] = [`${'x'.repeat(126)}a`, `${'x'.repeat(126)}b`];
    const removals = [one, other].map((column) => ({ extract: 'x', table: 't', column }));
    const changes = changesOf({
      policy: 'rename',
      removals,
      existing: existing({ id: text(5), [one]: text(5), [other]: text(5) }),
    });
    const names = changes.flatMap((change) => ('to' in change && typeof change.to === 'string' ? [change.to] : []));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^x{95}_[0-9a-f]{8}_removed_20260120133000$/);
  });

  it('keeps a column that the same window still brings', () => {
    const removals = [{ extract: 'x', table: 't', column: 'c' }];
    expect(changesOf({ removals, wanted: wants({ c: text(5) }), existing: existing({ c: text(5) }) })).toEqual([]);
  });

  it('does not bring back what a later window removed', () => {
    const later = { tables: new Set(['gone']), columns: new Set(['t.c']) };
    const wanted = [...wants({ id: text(5), c: text(5) }), { table: 'gone', columns: [{ name: 'id', type: text(5) }] }];
    const plan = planSchema(question({ later, wanted, existing: existing({ id: text(5) }) }));
    expect(plan.changes).toEqual([]);
    expect(plan.tables.map(({ state, types }) => [state, [...types.keys()]])).toEqual([
      ['existing', ['id']],
      ['gone', []],
    ]);
  });

  it('does not remove what a later window brought back', () => {
    const later = { tables: new Set<string>(), columns: new Set(['t.c']) };
    const removals = [{ extract: 'x', table: 't', column: 'c' }];
    expect(changesOf({ later, removals, existing: existing({ c: text(5) }) })).toEqual([]);
  });

  it('does not undo a type that a later window chose', () => {
    const later = { tables: new Set<string>(), columns: new Set(['t.c']) };
    expect(changesOf({ later, wanted: wants({ c: decimal(0) }), existing: existing({ c: text(9) }) })).toEqual([]);
  });

  it('refuses a text that no column can hold', () => {
    expect(() => changesOf({ wanted: wants({ c: text(65_536) }) })).toThrow(
      expect.objectContaining({ code: 'E_REDSHIFT_TEXT_TOO_WIDE' }),
    );
  });

  it('says each change in a sentence', () => {
    const wanted = wants({ id: text(20), c: text(7) });
    const changes = changesOf({ wanted, existing: existing({ id: text(10) }) });
    expect(describeChanges(changes, typeText).map(({ drift }) => drift.sentence)).toEqual([
      'Widened t.id from varchar(10) to varchar(32).',
      'Added column t.c (varchar(16)).',
    ]);
  });

  it('says the types before and after each change of a column', () => {
    const wanted = wants({ id: text(20), c: text(7) });
    const changes = changesOf({ wanted, existing: existing({ id: text(10) }) });
    expect(describeChanges(changes, typeText).map(({ drift }) => drift)).toMatchObject([
      { change: 'widen_text', column: 'id', typeBefore: 'varchar(10)', typeAfter: 'varchar(32)' },
      { change: 'add_column', column: 'c', typeAfter: 'varchar(16)' },
    ]);
  });
});
