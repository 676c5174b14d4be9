/** One value that is not what the Vault holds; `found` and `expected` are undefined where the row is missing there. */
export interface Mismatch {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly expected: string | null | undefined;
  readonly found: string | null | undefined;
}

export interface ComparedTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** Positions of the key in `columns`. */
  readonly key: readonly number[];
  readonly expected: readonly (readonly (string | null)[])[];
  readonly found: readonly (readonly (string | null)[])[];
}

/** Compares row by row and value by value. Two rows with one key on a side are a mismatch too. */
export function compareTable({ table, columns, key, expected, found }: ComparedTable): Mismatch[] {
  const left = byKey(expected, key);
  const right = byKey(found, key);
  const mismatches: Mismatch[] = [];
  for (const id of new Set([...left.keys(), ...right.keys()])) {
    const [expectedRow, ...expectedMore] = left.get(id) ?? [];
    const [foundRow, ...foundMore] = right.get(id) ?? [];
    if (expectedRow === undefined || foundRow === undefined || expectedMore.length !== foundMore.length) {
      mismatches.push({
        table,
        key: id,
        column: '*',
        expected: presence(left.get(id)),
        found: presence(right.get(id)),
      });
      continue;
    }
    for (const [index, column] of columns.entries()) {
      if (expectedRow[index] === foundRow[index]) continue;
      mismatches.push({ table, key: id, column, expected: expectedRow[index], found: foundRow[index] });
    }
  }
  return mismatches;
}

function presence(rows: readonly unknown[] | undefined): string {
  return rows === undefined ? 'no row' : `${rows.length} row${rows.length === 1 ? '' : 's'}`;
}

function byKey(rows: ComparedTable['found'], key: readonly number[]): ReadonlyMap<string, ComparedTable['found']> {
  return Map.groupBy(rows, (row) => JSON.stringify(key.map((index) => row[index] ?? null)));
}
