import { Failure, type PlannedTable, type StageManifest, type TransferContext } from '#framework';

import { type Statement, literal, qualified, quote } from '../sql/text.ts';
import { MOST_STATEMENTS } from '../warehouse.ts';
import type { TargetPlace, TargetState } from './target-state.ts';

export interface LabelledWindow {
  readonly manifest: StageManifest;
  readonly planned: readonly PlannedTable[];
  readonly state: TargetState;
}

/** Gives tables and columns the labels of their extracts as comments, where these differ. Comments are for readers: without them the load goes on. */
export async function writeComments(
  { warehouse, schema }: TargetPlace,
  window: LabelledWindow,
  { signal, log }: TransferContext,
): Promise<void> {
  try {
    const statements = commentStatements(schema, window);
    for (let first = 0; first < statements.length; first += MOST_STATEMENTS)
      await warehouse.run(statements.slice(first, first + MOST_STATEMENTS), { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    log.warn('The labels of the extracts could not be written as comments; the load goes on without.', {
      error: error.message,
    });
  }
}

/** What a later window removed or named stays as it is. */
function commentStatements(schema: string, { manifest, planned, state }: LabelledWindow): readonly Statement[] {
  return planned.flatMap(({ table, state: standing, types }, index): readonly Statement[] => {
    const labelled = manifest.tables[index]?.schema;
    if (labelled === undefined || standing === 'gone' || state.later.tables.has(table)) return [];
    const name = qualified(schema, table);
    const columns = labelled.columns.flatMap((column) => {
      const place = `${table}.${column.name.toLowerCase()}`;
      const isOurs = types.has(column.name.toLowerCase()) && !state.later.columns.has(place);
      const text = isOurs ? changed(column.label, state.comments.get(place)) : undefined;
      return text === undefined ? [] : [`comment on column ${name}.${quote(column.name)} is ${literal(text)}`];
    });
    const text = changed(labelled.label, state.comments.get(table));
    const own = text === undefined ? [] : [`comment on table ${name} is ${literal(text)}`];
    return [...own, ...columns].map((sql) => ({ name: `comment on ${table}`, sql }));
  });
}

/** The catalog views show no more. */
const MOST_BYTES = 255;

function changed(label: string | undefined, comment: string | undefined): string | undefined {
  if (label === undefined || label === '') return undefined;
  const text = new TextDecoder().decode(Buffer.from(label.replaceAll('\0', '')).subarray(0, MOST_BYTES), {
    stream: true,
  });
  return text === comment ? undefined : text;
}
