import { type Column, SCHEMA_DRIFT } from '#framework';

import type { Demo } from '../open-demo.ts';

/** A change of the target's schema that a window brought along. */
export interface Drift {
  readonly record: number;
  /** Its kind, such as `add_column`. */
  readonly change: string;
  readonly sentence: string;
}

const COLUMNS: readonly Column[] = [
  { name: 'record_id', type: { kind: 'decimal', precision: 38, scale: 0 } },
  { name: 'change', type: { kind: 'text', bytes: 65_535 } },
  { name: 'sentence', type: { kind: 'text', bytes: 65_535 } },
];

/** What the target's own drift log says of tables that were there already, oldest window first. */
export async function readDrift({ reader }: Demo): Promise<readonly Drift[]> {
  const drifts: Drift[] = [];
  for await (const page of reader.readTable(SCHEMA_DRIFT, COLUMNS)) {
    for (const [record, change, sentence] of page) {
      if (change !== 'create_table')
        drifts.push({ record: Number(record), change: change ?? '', sentence: sentence ?? '' });
    }
  }
  return drifts.toSorted((a, b) => a.record - b.record);
}
