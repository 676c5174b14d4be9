import type { ChangeSet } from './change-set.ts';
import { type Extract, type VaultColumn, extractId } from './extract.ts';
import { dateTime } from './values.ts';

/** When each column was added or changed. What is there since the beginning has no date, as in a Full. */
export class SchemaDates {
  readonly #dates = new Map<string, string>();

  note({ addedColumns }: Pick<ChangeSet, 'addedColumns'>): void {
    for (const { extract, column, at } of addedColumns) this.#dates.set(keyOf(extract, column), dateTime(at));
  }

  get(extract: Extract, column: VaultColumn): string {
    return this.#dates.get(keyOf(extract, column)) ?? '';
  }
}

function keyOf(extract: Extract, { name }: VaultColumn): string {
  return `${extractId(extract)}.${name}`;
}
