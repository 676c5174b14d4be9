import fc from 'fast-check';

import { DATES, DECIMALS, MOMENTS, NASTY_TEXTS, WIDE_INTEGERS } from '../../../sandbox/vault/model/nasty-text.ts';

/** How a column is declared; `wide` is a number without a point, of up to 38 digits. */
export const KINDS = ['text', 'number', 'wide', 'boolean', 'date', 'timestamp'] as const;
export type Kind = (typeof KINDS)[number];

/** Vault's word for a kind. */
export const VAULT_TYPES = {
  text: 'String',
  number: 'Number',
  wide: 'Number',
  boolean: 'Boolean',
  date: 'Date',
  timestamp: 'DateTime',
} as const satisfies Readonly<Record<Kind, string>>;

/** Two values of every kind; a column takes one of its kind. The empty text is NULL. */
export type Values = Readonly<Record<Kind, readonly string[]>>;

export type RowChange = {
  readonly does: 'put' | 'delete' | 'recreate';
  readonly table: number;
  readonly id: number;
  readonly values: Values;
};

export type SchemaChange =
  | { readonly does: 'add_column'; readonly table: number; readonly kind: Kind }
  /** A column that comes back may be of another kind. */
  | { readonly does: 'retype_column' | 'return_column'; readonly table: number; readonly kind: Kind }
  | { readonly does: 'drop_column' | 'drop_table'; readonly table: number }
  | { readonly does: 'add_table'; readonly kinds: readonly Kind[] };

export const BAD_FAULTS = ['fields', 'long', 'key', 'type', 'nul'] as const;
export type BadFault = (typeof BAD_FAULTS)[number];

/** A row that cannot be loaded: of a new id, or of one that stands in the target and must stay there as it was. */
export interface BadRowChange {
  readonly table: number;
  readonly id: number;
  readonly fault: BadFault;
}

export interface HistoryWindow {
  readonly schema: readonly SchemaChange[];
  readonly rows: readonly RowChange[];
  readonly bad: readonly BadRowChange[];
  /** What goes wrong with the delivery: the load twice, once more as a re-run, or a re-run of the window before it. */
  readonly fault: 'none' | 'twice' | 'again' | 'old';
  readonly format: 'csv' | 'parquet';
  /** Turns the order of the columns of every file. */
  readonly turn: number;
}

const LONG_TEXTS = ['x'.repeat(65_535), `${'é'.repeat(32_767)}!`, '👩'.repeat(16_383), '"'.repeat(300)];

const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(hasNoNul) },
  { weight: 1, arbitrary: fc.constantFrom(...LONG_TEXTS) },
);
const number = fc.oneof(
  fc.constantFrom(...DECIMALS),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), fc.nat(10 ** 9))
    .map(([whole, fraction]) => `${whole}.${fraction}`),
);
const wide = fc.oneof(
  fc.constantFrom(...WIDE_INTEGERS),
  fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String),
);
const boolean = fc.constantFrom('true', 'false');
const moment = fc
  .date({ min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const date = fc.oneof(
  fc.constantFrom(...DATES),
  moment.map((instant) => instant.slice(0, 10)),
);
const timestamp = fc.oneof(fc.constantFrom(...MOMENTS), moment);

function two(value: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  const cell = fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant('') });
  return fc.array(cell, { minLength: 2, maxLength: 2 });
}

const values: fc.Arbitrary<Values> = fc.record({
  text: two(text),
  number: two(number),
  wide: two(wide),
  boolean: two(boolean),
  date: two(date),
  timestamp: two(timestamp),
});

const table = fc.nat(5);
const kind = fc.constantFrom(...KINDS);

const rowChange: fc.Arbitrary<RowChange> = fc.record({
  does: fc.constantFrom('put', 'put', 'put', 'delete', 'recreate'),
  table,
  id: fc.nat(9),
  values,
});

const schemaChange: fc.Arbitrary<SchemaChange> = fc.oneof(
  fc.record({ does: fc.constant('add_column'), table, kind }),
  fc.record({ does: fc.constantFrom('retype_column', 'return_column'), table, kind }),
  fc.record({ does: fc.constantFrom('drop_column', 'drop_table'), table }),
  fc.record({ does: fc.constant('add_table'), kinds: fc.array(kind, { minLength: 1, maxLength: 6 }) }),
);

const badRowChange: fc.Arbitrary<BadRowChange> = fc.record({
  table,
  id: fc.nat(12),
  fault: fc.constantFrom(...BAD_FAULTS),
});

const window: fc.Arbitrary<HistoryWindow> = fc.record({
  schema: fc.array(schemaChange, { maxLength: 2 }),
  rows: fc.array(rowChange, { maxLength: 8 }),
  bad: fc.array(badRowChange, { maxLength: 2 }),
  fault: fc.constantFrom('none', 'none', 'none', 'twice', 'again', 'old'),
  format: fc.constantFrom('csv', 'parquet'),
  turn: fc.nat(6),
});

/** A Full and so many windows behind it. */
export function history(windows: number): fc.Arbitrary<readonly HistoryWindow[]> {
  return fc.array(window, { minLength: windows, maxLength: windows });
}

function hasNoNul(value: string): boolean {
  return !value.includes('\0');
}
