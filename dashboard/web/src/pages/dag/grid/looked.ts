import type { GridColumnJson } from '../../../../../server/api/shapes/grid.ts';

/** What is looked at in the panel: a window or run, and a task of it unless the column as a whole is meant. */
export interface Looked {
  readonly column: string;
  readonly task: string | undefined;
}

/** Tells columns apart, in addresses as well. */
export function columnKey({ recordId, run }: Pick<GridColumnJson, 'recordId' | 'run'>): string {
  return recordId === null ? `run-${run?.id ?? 0}` : `record-${recordId}`;
}
