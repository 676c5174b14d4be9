import { type Column, type ColumnType, DataFailure } from '#framework';

import type { ColumnPlan } from './columns/open-column.ts';
import type { ConvertRequest, CsvType } from './conversion.ts';
import type { Header } from './csv/header.ts';
import type { Learnt } from './thread/messages.ts';

/** What is read from the records of one file. */
export interface Layout {
  readonly header: Header;
  readonly plans: readonly ColumnPlan[];
  /** The columns of the request's key that the file has. */
  readonly key: readonly string[];
  readonly unknownColumns: readonly string[];
}

/** @throws DataFailure `E_CSV_COLUMN_MISSING` */
export function layoutOf(header: Header, request: ConvertRequest): Layout {
  const types = new Map<string, CsvType>(request.columns.map((column) => [column.name, column.type]));
  const selected = request.select ?? header.names;
  const missing = selected.filter((name) => !header.names.includes(name));
  if (missing.length > 0) {
    throw new DataFailure(
      'E_CSV_COLUMN_MISSING',
      `Extract ${request.extract}: the header has no column ${missing.map((name) => `"${name}"`).join(', ')}. ` +
        `Expected ${selected.join(', ')}; found ${header.names.join(', ')}.`,
      { details: { extract: request.extract, missing } },
    );
  }
  return {
    header,
    plans: selected.map((name) => ({
      name,
      type: types.get(name) ?? 'text',
      index: header.names.indexOf(name),
      scale: 0,
    })),
    key: request.key.filter((name) => header.names.includes(name)),
    unknownColumns: header.names.filter((name) => !types.has(name)),
  };
}

/** The column with the type that holds every value exactly. */
export function columnOf(plan: ColumnPlan, learnt: Learnt | undefined): Column {
  return { name: plan.name, type: typeOf(plan.type, learnt ?? { scale: 0, longest: 0 }) };
}

function typeOf(type: CsvType, learnt: Learnt): ColumnType {
  switch (type) {
    case 'text':
      return { kind: 'text', bytes: Math.max(1, learnt.longest) };
    case 'number':
      return { kind: 'decimal', precision: 38, scale: learnt.scale };
    case 'boolean':
    case 'date':
    case 'timestamp':
      return { kind: type };
  }
}
