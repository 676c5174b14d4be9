import { appendFile, readdir, writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Arriving, openConverter } from '#tasks/parquet';

import { Arrival } from '../../tasks/veeva/archive/arrival.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { mustClose } from '../support/leaks.ts';
import { Desk } from './parquet-support.ts';

const MEGABYTE = 1024 * 1024;
const COLUMNS = [
  { name: 'id', type: 'text' },
  { name: 'price__c', type: 'number' },
  { name: 'note__c', type: 'text' },
] as const;

/** Records with quotes, line feeds and, near the end, a number with more digits than all before. */
function csv(rows: number): Buffer {
  const lines = Array.from({ length: rows }, (_, row) => {
    const price = row === rows - 3 ? '1.23456' : `${row}.5`;
    return `V${row},${price},"two\nlines, ""${'x'.repeat(row % 50)}"""\n`;
  });
  return Buffer.from(`id,price__c,note__c\n${lines.join('')}`);
}

describe('Converting a file that is still being written', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());

  it('gives the very files of the whole one, although most of it comes later', async () => {
    const converter = mustClose('converter', openConverter({ threads: 2, chunkBytes: 300_000 }));
    const bytes = csv(60_000);
    const whole = await converter.convert(await desk.request(bytes, { columns: COLUMNS }));
    const request = await desk.request('', { columns: COLUMNS });
    const arrival = new Arrival(bytes.length);
    const work = converter.convert({ ...request, arriving: arrival });
    for (let at = 0; at < bytes.length; at += 130_001) {
      const piece = bytes.subarray(at, at + 130_001);
      await appendFile(request.source, piece);
      arrival.add(piece.length);
    }
    const found = await work;
    expect(found.rows).toBe(60_000);
    expect(found.columns).toEqual(whole.columns);
    expect(found.files.map(({ sha256 }) => sha256)).toEqual(whole.files.map(({ sha256 }) => sha256));
    await converter.close();
  });

  it('converts what is there before the rest has come', async () => {
    const converter = mustClose('converter', openConverter({ threads: 1, chunkBytes: MEGABYTE }));
    const row = `1,"${'x'.repeat(1000)}"\n`;
    const head = Buffer.from(`id,t\n${row.repeat(40_000)}`);
    const request = await desk.request(head);
    const arrival = new Arrival(2 * head.length);
    arrival.add(head.length);
    const work = converter.convert({ ...request, arriving: arrival }).catch((error: unknown) => error);
    await expect.poll(async () => (await readdir(request.directory)).length).toBeGreaterThan(5);
    arrival.end(new Error('cut off'));
    expect(await work).toMatchObject({ message: 'cut off' });
    expect(await readdir(request.directory)).toEqual(['source.csv']);
    await converter.close();
  });

  it('names the first bad row as it would for the whole file', async () => {
    const converter = mustClose('converter', openConverter({ threads: 2, chunkBytes: 10_000 }));
    const bytes = Buffer.concat([csv(3000), Buffer.from('bad,1,2,3\n'), csv(3000).subarray(20)]);
    const request = await desk.request(bytes, { columns: COLUMNS });
    const arriving: Arriving = { bytes: bytes.length, until: async () => {} };
    const [whole, early] = await Promise.all([
      failureOfAsync(() => converter.convert(request)),
      failureOfAsync(() => converter.convert({ ...request, name: 'early', arriving })),
    ]);
    expect(whole.code).toBe('E_CSV_TOO_MANY_FIELDS');
    expect([early.code, early.message]).toEqual([whole.code, whole.message]);
    await converter.close();
  });

  it('refuses a quote that never closes when its record is too long, not when it meets the end of what is there', async () => {
    const converter = mustClose('converter', openConverter({ threads: 1, chunkBytes: MEGABYTE }));
    const bytes = Buffer.concat([csv(10), Buffer.from(`V,1,"${'x\n'.repeat(10 * MEGABYTE)}`)]);
    const request = await desk.request('', { columns: COLUMNS });
    await writeFile(request.source, bytes.subarray(0, 19 * MEGABYTE));
    const arrival = new Arrival(bytes.length);
    arrival.add(19 * MEGABYTE);
    const failure = await failureOfAsync(() => converter.convert({ ...request, arriving: arrival }));
    expect(failure.code).toBe('E_CSV_QUOTE_OPEN');
    await converter.close();
  });
});

describe('What is known of a file that is being written', () => {
  it('is told to each reader when enough of it is there', async () => {
    const arrival = new Arrival(10);
    const told: number[] = [];
    const readers = [3, 10, 1].map((bytes) => arrival.until(bytes).then(() => told.push(bytes)));
    arrival.add(4);
    await Promise.all([readers[0], readers[2]]);
    expect(told).toEqual([3, 1]);
    arrival.add(6);
    await readers[1];
    expect(told).toEqual([3, 1, 10]);
  });

  it('fails those who wait for more than ever comes, then and later, and nobody else', async () => {
    const arrival = new Arrival(10);
    const waiting = arrival.until(8);
    arrival.add(5);
    arrival.end(new Error('first'));
    await expect(waiting).rejects.toThrow('first');
    await expect(arrival.until(6)).rejects.toThrow('first');
    await expect(arrival.until(5)).resolves.toBeUndefined();
  });
});
