import { type Column, type ColumnType, DataFailure } from '#framework';

import { heldValues, limitOf } from './column-limits.ts';
import type { ColumnPlan } from './columns/open-column.ts';
import type { ConvertRequest, CsvType } from './conversion.ts';
import type { Header } from './csv/header.ts';
import { type Learnt, NOTHING_LEARNT } from './thread/messages.ts';
import { partBytes, partNames } from './write/split-text.ts';

/** What is read from the records of one file. */
export interface Layout {
  readonly header: Header;
  readonly plans: readonly ColumnPlan[];
  /** The columns of the request's key that the file has. */
  readonly key: readonly string[];
  readonly unknownColumns: readonly string[];
}

interface LayoutSource {
  readonly header: Header;
  readonly request: ConvertRequest;
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
    plans: selected.map((name) => planOf(name, types.get(name) ?? 'text', { header, request })),
    key: request.key.filter((name) => header.names.includes(name)),
    unknownColumns: header.names.filter((name) => !types.has(name)),
  };
}

function planOf(name: string, type: CsvType, { header, request }: LayoutSource): ColumnPlan {
  const limit = limitOf(name, request);
  const longText = request.key.includes(name) ? 'refuse' : (request.longText ?? 'refuse');
  const holds = heldValues({ type, longText }, limit);
  return {
    name,
    type,
    index: header.names.indexOf(name),
    scale: 0,
    longText,
    parts: 1,
    ...(holds === undefined ? {} : { holds }),
    ...(limit?.kind === 'scale' ? { standingScale: limit.scale } : {}),
  };
}

/** The columns, one for each but a split text, with the types that hold every value exactly. */
export function columnsOf(plan: ColumnPlan, learnt: Learnt = NOTHING_LEARNT): readonly Column[] {
  const type = typeOf(plan.type, learnt);
  const mark = plan.longText === 'parts' ? { partOf: plan.name } : {};
  return partNames(plan.name, learnt.parts).map((name, index) =>
    index === 0 ? { name, type } : { name, type, ...mark },
  );
}

/** @throws DataFailure `E_TEXT_PART_NAME` when the file has a column with the name of a part already */
export function requireOwnNames(columns: readonly Column[], extract: string): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (!seen.has(name.toLowerCase())) {
      seen.add(name.toLowerCase());
      continue;
    }
    throw new DataFailure(
      'E_TEXT_PART_NAME',
      `Extract ${extract}: a text of more than 65,535 bytes needs the further column "${name}", but the file has one of that name. ` +
        'Leave the longer text to another policy (ON_LONG_TEXT), or rename the field in the source.',
      { details: { extract, column: name } },
    );
  }
}

function typeOf(type: CsvType, learnt: Learnt): ColumnType {
  switch (type) {
    case 'text':
      return { kind: 'text', bytes: Math.max(1, partBytes(learnt.longest, learnt.parts)) };
    case 'number':
      return { kind: 'decimal', precision: 38, scale: learnt.scale };
    case 'boolean':
    case 'date':
    case 'timestamp':
      return { kind: type };
  }
}
