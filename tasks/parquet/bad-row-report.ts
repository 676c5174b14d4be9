import type { BadRow, Converted, ReplacedValue } from './conversion.ts';
import { type ConvertedExtract, expectation, keyOf } from './errors.ts';
import { lineNumbers } from './line-numbers.ts';
import type { ChunkOutcome } from './thread/messages.ts';

const MOST_REPLACED_SHOWN = 20;

/** What was left out of a file and what was replaced, each with its line. */
export async function badRowReport(
  chunks: readonly Extract<ChunkOutcome, { kind: 'converted' }>[],
  file: ConvertedExtract,
): Promise<Pick<Converted, 'badRows' | 'replaced'>> {
  const { source, names, key } = file;
  const setAside = chunks.flatMap((chunk) => chunk.setAside).toSorted((a, b) => a.position - b.position);
  const replaced = chunks.flatMap((chunk) => chunk.replaced.first).slice(0, MOST_REPLACED_SHOWN);
  const [badLines, replacedLines] = await Promise.all([setAside, replaced].map((rows) => linesOf(source, rows)));
  return {
    badRows: setAside.map(({ code, key: values, field, value, text }, index): BadRow => ({
      line: badLines?.[index] ?? 0,
      key: keyOf(values, key),
      ...(field === undefined ? {} : { column: names[field] ?? '' }),
      code,
      reason: expectation(code, field === undefined ? undefined : names[field], file),
      ...(value === undefined ? {} : { value }),
      text,
    })),
    replaced: {
      values: chunks.reduce((sum, chunk) => sum + chunk.replaced.values, 0),
      first: replaced.map(({ field, key: values }, index): ReplacedValue => ({
        line: replacedLines?.[index] ?? 0,
        key: keyOf(values, key),
        column: names[field] ?? '',
      })),
    },
  };
}

async function linesOf(source: string, rows: readonly { readonly position: number }[]): Promise<readonly number[]> {
  if (rows.length === 0) return [];
  return lineNumbers(
    source,
    rows.map(({ position }) => position),
  );
}
