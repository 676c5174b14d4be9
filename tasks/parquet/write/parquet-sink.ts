import type { AnyColumn, ColumnPlan } from '../columns/open-column.ts';
import { ColumnChunk } from '../encode/column-chunk.ts';
import { type PlacedChunk, footer } from '../encode/footer.ts';
import { release } from '../release.ts';
import { Snappy } from '../encode/snappy.ts';
import { OutputFile } from './output-file.ts';
import type { RowSink } from './row-sink.ts';

const MAGIC = Buffer.from('PAR1');

/**
 * One Parquet file with one row group. Written here, because the way through Apache Arrow and WebAssembly (`parquet-wasm`) copies every
 * value three times: 22.6 ms of processor time for each MB of an archive instead of 16.4, and 390 MB of memory instead of 320.
 *
 * @param first the first batch, from which the dictionaries are chosen */
export function openParquetSink(path: string, plans: readonly ColumnPlan[], first: readonly AnyColumn[]): RowSink {
  const file = new OutputFile(path);
  const snappy = new Snappy();
  const chunks = first.flatMap((column, index) => {
    const plan = plans[index];
    return plan === undefined ? [] : [new ColumnChunk(plan, column, snappy)];
  });
  let total = 0;
  return {
    write: async (columns, rows) => {
      for (const [index, column] of columns.entries()) chunks[index]?.add(column, rows);
      total += rows;
    },
    close: async () => {
      file.write(MAGIC);
      const placed = chunks.map((chunk) => writeChunk(chunk, file));
      file.write(ending(footer(placed, total)));
      snappy.close();
      return file.close();
    },
    discard: () => file.discard(),
  };
}

function writeChunk(chunk: ColumnChunk, file: OutputFile): PlacedChunk {
  const offset = file.bytes;
  const { pages, facts } = chunk.finish();
  for (const page of pages) {
    file.write(page);
    release(page);
  }
  return { ...facts, offset };
}

function ending(metadata: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, length, MAGIC]);
}
