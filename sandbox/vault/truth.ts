import type { Temporal } from '#framework';
import { daysUpTo, endsWithFull, windowStop, windowsUpTo } from './calendar.ts';
import { type FullTable, fullOnlyTables } from './model/content/full-content.ts';
import { logsOf } from './model/audit-logs.ts';
import type { Evolution } from './model/evolution.ts';
import { type Extract, extractId, type VaultColumn, type VaultType } from './model/extract.ts';
import { SchemaDates } from './model/schema-dates.ts';
import type { Row } from './model/table.ts';
import type { VaultState } from './model/vault-state.ts';
import type { VaultOptions } from './options.ts';
import { evolutionFrom, initialState, logDay } from './vault-model.ts';

/** What one table must hold. */
export interface TruthTable {
  /** `Object.product__v`. */
  readonly extract: string;
  /** The part of `extract` after the dot. */
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly vaultType: VaultType }[];
  readonly key: readonly string[];
  /** Exact CSV text in the order of `columns`; the empty text is NULL. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Keeps the truth with a Vault of its own that never sees an archive: the same operations, read from its state.
 * Made when first asked.
 */
export class TruthKeeper {
  readonly #options: VaultOptions;
  #start: VaultState | undefined;
  #evolution: Evolution | undefined;
  #dates = new SchemaDates();

  constructor(options: VaultOptions) {
    this.#options = options;
  }

  /** Every table after all windows and log days that ended at or before the moment, empty tables too. */
  upTo(moment: Temporal.Instant): readonly TruthTable[] {
    const windows = windowsUpTo(this.#options, moment);
    const evolution = this.#evolutionBefore(windows);
    while (evolution.windows < windows) this.#dates.note(evolution.advance());
    const tables = evolution.state.tables();
    const only = onlyInFulls(this.#options, windows);
    const described = [...tables, ...only.filter(({ isDescribed }) => isDescribed)];
    return [
      ...tables.map((table) => truthTable(table.extract, table.rows())),
      ...only.map(({ extract, rows }) => truthTable(extract, rows)),
      metadataTable(
        described.map(({ extract }) => extract),
        this.#dates,
      ),
      ...this.#logs(moment),
    ];
  }

  /** The evolution at hand where it is not past the window yet, otherwise a new one from the start. */
  #evolutionBefore(windows: number): Evolution {
    if (this.#evolution === undefined || this.#evolution.windows > windows) {
      this.#start ??= initialState(this.#options);
      this.#evolution = evolutionFrom(this.#options, this.#start.clone());
      this.#dates = new SchemaDates();
    }
    return this.#evolution;
  }

  #logs(moment: Temporal.Instant): TruthTable[] {
    const [first, ...others] = daysUpTo(this.#options, moment).map((day) => logsOf(logDay(this.#options, day)));
    return (first ?? []).map(({ extract, rows }, log) =>
      truthTable(extract, [...rows, ...others.flatMap((tables) => tables[log]?.rows ?? [])]),
    );
  }
}

/** What Fulls alone have brought by the end of a window: the newest one, or all of them where rows of earlier ones stay. */
function onlyInFulls(options: VaultOptions, windows: number): readonly FullTable[] {
  const stops = Array.from({ length: windows }, (_none, index) => windowStop(options, index + 1));
  const fulls = [options.enabledAt, ...stops.filter((stop) => endsWithFull(options, stop))].map((stop) =>
    fullOnlyTables(options.content, stop.epochMilliseconds),
  );
  const newest = fulls.at(-1) ?? [];
  return newest.map((table, index) => {
    if (!table.keepsEarlier) return table;
    return { ...table, rows: fulls.flatMap((tables) => tables[index]?.rows ?? []) };
  });
}

function truthTable(extract: Extract, rows: Iterable<Row>): TruthTable {
  return {
    extract: extractId(extract),
    table: extract.name,
    columns: extract.columns.map(({ name, type }) => ({ name, vaultType: type })),
    key: extract.key,
    rows: Array.from(rows, (row) => extract.columns.map((column) => row[column.slot] ?? '')),
  };
}

const METADATA_COLUMNS = [
  'modified_date',
  'extract',
  'extract_label',
  'column_name',
  'column_label',
  'type',
  'length',
  'related_extract',
] as const;

/** The schema itself, which Vault delivers as a table. Its columns have no types, so all of them are text. */
function metadataTable(schema: readonly Extract[], dates: SchemaDates): TruthTable {
  return {
    extract: 'Metadata.metadata',
    table: 'metadata',
    columns: METADATA_COLUMNS.map((name) => ({ name, vaultType: 'String' })),
    key: ['extract', 'column_name'],
    rows: schema.flatMap((extract) => extract.columns.map((column) => metadataRow(extract, column, dates))),
  };
}

function metadataRow(extract: Extract, column: VaultColumn, dates: SchemaDates): string[] {
  const { name, label, type, declared, length, related } = column;
  const row: Record<(typeof METADATA_COLUMNS)[number], string> = {
    modified_date: dates.get(extract, column),
    extract: extractId(extract),
    extract_label: extract.label,
    column_name: name,
    column_label: label,
    type: declared ?? type,
    length: length === undefined ? '' : String(length),
    related_extract: related ?? '',
  };
  return METADATA_COLUMNS.map((key) => row[key]);
}
