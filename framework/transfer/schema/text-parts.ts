import type { ExistingTable } from './schema-plan.ts';

/** A long text goes on in the columns `name__2`, `name__3` …; where its first column is full. */
const FULL_BYTES = 65_535;
const PART = /^(?<text>.+)__(?:[2-9]|[1-9]\d+)$/;

/** The column whose text goes on in this one, going by its name. */
export function textOfPart(column: string): string | undefined {
  return PART.exec(column)?.groups?.['text'];
}

/** The standing columns in which the text of a column goes on. */
export function standingParts(existing: ExistingTable, column: string): readonly string[] {
  const parts: string[] = [];
  let type = existing.get(column);
  while (type?.kind === 'text' && type.bytes >= FULL_BYTES) {
    const next = `${column}__${parts.length + 2}`;
    type = existing.get(next);
    if (type?.kind === 'text') parts.push(next);
  }
  return parts;
}
