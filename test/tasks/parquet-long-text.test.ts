import { readFile, readdir } from 'node:fs/promises';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openConverter } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { convertGround, stageCsvRows } from './parquet-support.ts';

const LONGEST = 65_535;

function csv(rows: readonly (readonly string[])[], header = 'id,notes'): string {
  return `${header}\n${rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`;
}

describe('Text of more than 65,535 bytes', () => {
  const { desk, readback, converter } = convertGround({ threads: 2 });

  it('stops the conversion with extract, key, column and length', async () => {
    const failure = await failureOfAsync(async () =>
      converter.convert(await desk.request(csv([['V1', `${'"'.repeat(10)}${'é'.repeat(40_000)}`]]))),
    );
    expect(failure.code).toBe('E_TEXT_TOO_LONG');
    expect(failure.message).toMatch(
      /^Extract Object\.product__v, row 1 \(line 2, id=V1\), column "notes": .* of 80010 bytes is longer than 65,535 bytes/,
    );
  });

  it('continues in further columns that are cut between characters, and hold the exact text together', async () => {
    const texts = [
      'short',
      'é'.repeat(65_535),
      `a${'👩'.repeat(40_000)}`,
      'x'.repeat(LONGEST),
      '',
      `${'y'.repeat(LONGEST)}"z`,
    ];
    const converted = await converter.convert(
      await desk.request(csv(texts.map((text, index) => [`V${index}`, text])), { longText: 'split' }),
    );
    expect(converted.columns).toEqual([
      { name: 'id', type: { kind: 'text', bytes: 2 } },
      { name: 'notes', type: { kind: 'text', bytes: LONGEST } },
      { name: 'notes__2', type: { kind: 'text', bytes: LONGEST } },
      { name: 'notes__3', type: { kind: 'text', bytes: LONGEST } },
    ]);
    const rows = await readback.parquet(converted);
    expect(rows.map(([, ...parts]) => parts.join(''))).toEqual(texts);
    for (const [, ...parts] of rows)
      for (const part of parts) expect(Buffer.byteLength(part ?? '')).toBeLessThanOrEqual(LONGEST);
    expect(rows[0]).toEqual(['V0', 'short', null, null]);
    expect(rows[3]?.slice(2)).toEqual([null, null]);
    expect(rows[4]).toEqual(['V4', null, null, null]);
    expect(rows[1]?.[1]).toBe('é'.repeat(32_767));
  });

  it('says of the further columns whose text goes on in them, where it is to be one again', async () => {
    const rows = [['V1', 'x'.repeat(LONGEST + 1)]];
    const { columns } = await converter.convert(await desk.request(csv(rows), { longText: 'parts' }));
    expect(columns.map(({ name, partOf }) => [name, partOf])).toEqual([
      ['id', undefined],
      ['notes', undefined],
      ['notes__2', 'notes'],
    ]);
  });

  it('has the same columns in every file, whichever chunk has the long text, by way of CSV as well', async () => {
    const cutUp = openConverter({ threads: 2, chunkBytes: 50_000 });
    const texts = ['a', 'b'.repeat(30_000), 'c'.repeat(200_000), 'd'.repeat(30_000), 'e'];
    for (const format of ['parquet', 'csv'] as const) {
      const request = await desk.request(csv(texts.map((text, index) => [`V${index}`, text])), {
        longText: 'split',
        format,
      });
      const converted = await cutUp.convert(request);
      expect(converted.files.length).toBeGreaterThan(1);
      expect(converted.columns.map(({ name }) => name)).toEqual(['id', 'notes', 'notes__2', 'notes__3', 'notes__4']);
      const rows =
        format === 'parquet'
          ? await readback.parquet(converted)
          : (await Promise.all(converted.files.map(({ path }) => readFile(path, 'utf8')))).flatMap(stageCsvRows);
      expect(rows.map((row) => row.length)).toEqual(texts.map(() => 5));
      expect(rows.map(([, ...parts]) => parts.join(''))).toEqual(texts);
    }
    await cutUp.close();
  });

  it('holds any text of any length exactly, in parts or whole', async () => {
    const text = fc
      .tuple(fc.constantFrom('x', 'é', '€', '👩', '"', 'ab,\n'), fc.nat(140_000), fc.string({ maxLength: 3 }))
      .map(([unit, count, end]) => `${unit.repeat(count / unit.length)}${end.replaceAll('\0', '')}!`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('split', 'whole'),
        async (texts, longText) => {
          const rows = texts.map((one, index) => [`V${index}`, one]);
          const converted = await converter.convert(await desk.request(csv(rows), { longText }));
          const found = await readback.parquet(converted);
          expect(found.map(([, ...parts]) => parts.join(''))).toEqual(texts);
          expect(converted.columns.length === 2).toBe(
            longText === 'whole' || texts.every((one) => Buffer.byteLength(one) <= LONGEST),
          );
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('is never split in a key, ends at 4,000,000 bytes, and may not take the name of another column', async () => {
    const refused = async (rows: readonly (readonly string[])[], header?: string) => {
      const request = await desk.request(csv(rows, header), { longText: 'split' });
      const { code, message } = await failureOfAsync(() => converter.convert(request));
      expect(await readdir(request.directory)).toEqual(['source.csv']);
      return `${code} ${message}`;
    };
    expect(await refused([['k'.repeat(LONGEST + 1), 'x']])).toContain('E_TEXT_TOO_LONG');
    expect(await refused([['V1', 'x'.repeat(4_000_001)]])).toContain('E_TEXT_TOO_LONG');
    expect(await refused([['V1', 'x'.repeat(LONGEST + 1), 'y']], 'id,notes,Notes__2')).toMatch(
      /E_TEXT_PART_NAME .* needs the further column "Notes__2"/,
    );
  });
});
