import type { Row } from './client.ts';
import type { RedshiftOpened } from './connector.ts';
import { emptyWhereMissing } from './errors.ts';
import { listQuarantined } from './sql/quarantine.ts';

/** A row that its window left out, as people read it; long texts are cut. */
export interface ShownQuarantine {
  readonly record: number;
  readonly pipeline: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly extract: string;
  readonly side: string;
  readonly line: number;
  readonly key: string;
  readonly column: string | null;
  readonly code: string;
  readonly reason: string;
  readonly value: string | null;
  readonly text: string;
}

export interface QuarantineFilter {
  readonly record?: number | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The rows that windows left out, newest window first; none where nothing was loaded yet. */
export async function quarantinedRows(
  { warehouse, settings }: RedshiftOpened,
  { signal, ...filter }: QuarantineFilter,
): Promise<readonly ShownQuarantine[]> {
  const rows = await emptyWhereMissing(warehouse.rows(listQuarantined(settings.schema, filter), { signal }));
  return rows.map(shown);
}

function shown(row: Row): ShownQuarantine {
  const [record, pipeline, windowStart, windowEnd, extract, side, line, key, column, code, reason, value, text] = row;
  return {
    record: Number(record),
    pipeline: pipeline ?? '',
    windowStart: windowStart ?? '',
    windowEnd: windowEnd ?? '',
    extract: extract ?? '',
    side: side ?? '',
    line: Number(line),
    key: key ?? '',
    column: column ?? null,
    code: code ?? '',
    reason: reason ?? '',
    value: value ?? null,
    text: text ?? '',
  };
}
