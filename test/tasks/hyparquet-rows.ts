import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';

import type { ColumnType } from '#framework';
import type { Converted } from '#tasks/parquet';

const DAY_MS = 86_400_000;

/** Every row of the Parquet files, in order, by a reader in JavaScript: each value as text, an instant as microseconds from 1970. */
export async function hyparquetRows({ files, columns }: Converted): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for (const { path } of files) {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    // hyparquet turns decimals into floats; without their converted type it leaves them as bytes.
    for (const element of metadata.schema) {
      if (element.converted_type !== 'DECIMAL') continue;
      delete element.converted_type;
      delete element.logical_type;
    }
    await parquetRead({
      file,
      metadata,
      parsers: PARSERS,
      onComplete: (found: readonly (readonly unknown[])[]) => {
        rows.push(...found.map((row) => columns.map(({ type }, index) => asText(row[index], type))));
      },
    });
  }
  return rows;
}

/** The values as they are stored; a text keeps a byte order mark at its beginning. */
const PARSERS = {
  timestampFromMicroseconds: (micros: bigint) => micros,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8'),
};

function asText(value: unknown, type: ColumnType): string | null {
  if (value === null || value === undefined) return null;
  if (type.kind === 'decimal' && value instanceof Uint8Array) return decimalText(value, type.scale);
  if (type.kind === 'date') return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new Error(`hyparquet gave a ${typeof value} for a ${type.kind}.`);
}

/** Two's complement, the highest byte first. */
function decimalText(bytes: Uint8Array, scale: number): string {
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`}`;
}
