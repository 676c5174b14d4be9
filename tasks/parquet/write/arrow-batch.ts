import {
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimeUnit,
  Timestamp,
  Utf8,
  makeData,
  tableToIPC,
} from 'apache-arrow';

import { MOST_DIGITS } from '../columns/decimal-column.ts';
import type { AnyColumn, ColumnPlan } from '../columns/open-column.ts';

/** The batch as an Arrow IPC stream. Wraps the columns' own buffers; only the stream is a copy. */
export function arrowStream(plans: readonly ColumnPlan[], columns: readonly AnyColumn[], rows: number): Uint8Array {
  const children = columns.map((column) => arrowData(column, rows));
  const fields = children.map((data, index) => new Field(plans[index]?.name ?? '', data.type, true));
  const schema = new Schema(fields);
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }));
  return tableToIPC(new Table(schema, [batch]), 'stream');
}

function arrowData(column: AnyColumn, rows: number): Data {
  const { bits, nulls } = column.validity;
  const shared = { length: rows, nullCount: nulls, nullBitmap: nulls === 0 ? null : bits.subarray(0, (rows + 7) >> 3) };
  switch (column.kind) {
    case 'text':
      return makeData({
        ...shared,
        type: new Utf8(),
        valueOffsets: column.offsets.subarray(0, rows + 1),
        data: column.values.subarray(0, column.size),
      });
    case 'number':
      return makeData({
        ...shared,
        type: new Decimal(column.scale, MOST_DIGITS, 128),
        data: column.words.subarray(0, 4 * rows),
      });
    case 'boolean':
      return makeData({ ...shared, type: new Bool(), data: column.bits.subarray(0, (rows + 7) >> 3) });
    case 'date':
      return makeData({ ...shared, type: new DateDay(), data: column.days.subarray(0, rows) });
    case 'timestamp':
      // With a zone: parquet-wasm then also writes the older annotation TIMESTAMP_MICROS, which Redshift recognises.
      return makeData({
        ...shared,
        type: new Timestamp(TimeUnit.MICROSECOND, 'UTC'),
        data: new BigInt64Array(column.words.buffer, 0, rows),
      });
  }
}
