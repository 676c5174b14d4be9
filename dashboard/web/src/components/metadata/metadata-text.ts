import type { MetadataJson } from '../../../../server/api/shapes/metadata.ts';
import { lengthText } from '../../format/length-text.ts';
import { bytesText, numberText } from '../../format/number-text.ts';

export type MetadataEntry = MetadataJson[string];

type NumericEntry = Extract<MetadataEntry, { readonly value: number }>;
type NumericType = NumericEntry['type'];

const TEXTS: Readonly<Record<NumericType, (value: number) => string>> = {
  int: numberText,
  float: numberText,
  bytes: bytesText,
  duration: lengthText,
};

/** A number of the metadata in its unit. */
export function metadataNumber(type: NumericType, value: number): string {
  return TEXTS[type](value);
}

export function isNumericEntry(entry: MetadataEntry): entry is NumericEntry {
  return isNumeric(entry.type);
}

/** How numbers of a type are written; of an unknown type as plain numbers. */
export function metadataFormat(type: string): (value: number) => string {
  return isNumeric(type) ? TEXTS[type] : numberText;
}

function isNumeric(type: string): type is NumericType {
  return type in TEXTS;
}

/** `_rows_loaded` as people say it: `rows loaded`. */
export function metadataName(name: string): string {
  return name.replaceAll('_', ' ').trim();
}

/** The columns of a table in the order in which rows first name them. */
export function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}
