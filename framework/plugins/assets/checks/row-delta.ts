import { DefinitionFailure } from '#framework';

import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';
import { rowsText } from './violations.ts';

export interface RowDeltaOptions<Settings> extends TableCheckOptions<Settings> {
  /** Which rows count for a window; `_windrow_window_end` for those that it brought. */
  readonly windowColumn: string;
  /** How many earlier windows it is compared with; default 20. */
  readonly windows?: number;
  /** How far from their median it may be; default 0.5, which is half of it more or less. */
  readonly tolerance?: number;
  /** Of fewer earlier windows nothing is expected; default 5. */
  readonly least?: number;
}

/**
 * A window brings about as many rows as those before it. The median is not moved by a few windows that were odd themselves.
 * @throws DefinitionFailure `E_CHECK_UNUSABLE`
 */
export function rowDelta<Settings>(options: RowDeltaOptions<Settings>): AssetCheck {
  const { windows = 20, tolerance = 0.5, least = 5 } = options;
  if (!(tolerance > 0) || least < 1 || windows < least) {
    throw new DefinitionFailure(
      'E_CHECK_UNUSABLE',
      `The row delta of "${options.table}" cannot compare with ${windows} windows, at least ${least}, by a tolerance of ${tolerance}. ` +
        'Expected a tolerance above 0, and 1 <= least <= windows.',
    );
  }
  return tableCheck({ kind: 'row_delta', columns: [] }, options, async (table) => {
    const [[counted] = []] = await table.ask(
      'count the rows',
      `select count(*) from ${table.from} where ${table.inWindow}`,
    );
    const rows = Number(counted);
    const earlier = await table.context.earlier({ of: 'results', name: 'rows', atMost: windows });
    return { ...rowDeltaVerdict({ title: table.title, rows, tolerance, least }, earlier) };
  });
}

export interface RowDelta {
  readonly title: string;
  readonly rows: number;
  readonly tolerance: number;
  readonly least: number;
}

/** What the numbers say. Above and below count alike. */
export function rowDeltaVerdict({ title, rows, tolerance, least }: RowDelta, earlier: readonly number[]) {
  const usual = median(earlier);
  if (usual === undefined || earlier.length < least) {
    const description = `${title} has ${rowsText(rows)} of this window; ${earlier.length} of the ${least} earlier windows that it takes to compare.`;
    return { passed: true, description, metadata: { rows } };
  }
  const off = Math.abs(rows - usual);
  const passed = off <= usual * tolerance;
  const share = usual === 0 ? '' : `${Math.round((off / usual) * 100)} % `;
  const side = rows < usual ? 'below' : 'above';
  const compared = off === 0 ? 'exactly' : `${share}${side}`;
  const description =
    `${title} has ${rowsText(rows)} of this window, ${compared} the median ${usual.toLocaleString('en')} of the ${earlier.length} ` +
    `before it; allowed are ${Math.round(tolerance * 100)} % either way.`;
  return { passed, description, metadata: { rows, median: usual, windows: earlier.length } };
}

function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}
