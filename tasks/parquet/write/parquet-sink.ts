import {
  Compression,
  EnabledStatistics,
  type RecordBatch,
  Table,
  type WriterProperties,
  WriterPropertiesBuilder,
  transformParquetStream,
} from 'parquet-wasm';

import type { AnyColumn, ColumnPlan } from '../columns/open-column.ts';
import { arrowStream } from './arrow-batch.ts';
import { repeats } from './dictionaries.ts';
import { OutputFile } from './output-file.ts';
import type { RowSink } from './row-sink.ts';

/** One Parquet file, encoded batch by batch. @param first the first batch, from which the dictionaries are chosen */
export function openParquetSink(path: string, plans: readonly ColumnPlan[], first: readonly AnyColumn[]): RowSink {
  const batches = new TransformStream<RecordBatch, RecordBatch>();
  const writer = batches.writable.getWriter();
  const file = new OutputFile(path);
  const encoded = encode(batches.readable, writerProperties(plans, first), file);
  // A failed encoder must also release a writer that waits for it.
  encoded.catch((error: unknown) => writer.abort(error).catch(() => undefined));
  return {
    write: async (columns, rows) => {
      const table = Table.fromIPCStream(arrowStream(plans, columns, rows));
      for (const batch of table.recordBatches()) await writer.write(batch);
      table.free();
    },
    close: async () => {
      await Promise.all([writer.close(), encoded]);
      return file.close();
    },
  };
}

async function encode(
  batches: ReadableStream<RecordBatch>,
  properties: WriterProperties,
  file: OutputFile,
): Promise<void> {
  const output: ReadableStream<Uint8Array> = await transformParquetStream(batches, properties);
  for await (const bytes of output) file.write(bytes);
}

/** No statistics: the files are read once and whole. */
function writerProperties(plans: readonly ColumnPlan[], columns: readonly AnyColumn[]): WriterProperties {
  const builder = new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setStatisticsEnabled(EnabledStatistics.None)
    .setDictionaryEnabled(false);
  return columns
    .flatMap((column, index) => (repeats(column) ? [plans[index]?.name ?? ''] : []))
    .reduce((chosen, name) => chosen.setColumnDictionaryEnabled(name, true), builder)
    .build();
}
