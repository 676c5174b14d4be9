import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { hours } from '#framework';
import { ENABLED, openVault, type VaultBench } from './vault-client.ts';

let bench: VaultBench;
beforeEach(async () => {
  bench = await openVault({ changesPerWindow: 10 });
});
afterEach(() => bench.vault.close());

const FULL = '143462-20260120-0800-F';
const FIRST = '143462-20260120-0815-N';

async function names(query: Readonly<Record<string, string>> = {}): Promise<string[]> {
  return (await bench.client.list(query)).data.map(({ name }) => name);
}

describe('the list of files', () => {
  it('shows the first Full as soon as Direct Data is enabled, and the log of the day before an hour later', async () => {
    expect(await names()).toEqual([FULL]);
    bench.clock.set(ENABLED.add({ hours: 1 }));
    expect(await names()).toContain('143462-20260120-0800-L');
  });

  it('shows a window fifteen minutes after its end and not before', async () => {
    bench.clock.set(ENABLED.add({ minutes: 29, seconds: 59 }));
    expect(await names({ extract_type: 'incremental_directdata' })).toEqual([]);
    bench.clock.set(ENABLED.add({ minutes: 30 }));
    expect(await names({ extract_type: 'incremental_directdata' })).toEqual([FIRST]);
  });

  it('gives an item in the form of the reference', async () => {
    bench.clock.afterWindows(1);
    const item = await bench.client.item(FIRST);
    const [part] = item.filepart_details;
    expect(item).toMatchObject({
      filename: `${FIRST}.tar.gz`,
      extract_type: 'incremental_directdata',
      start_time: '2026-01-20T08:00Z',
      stop_time: '2026-01-20T08:15Z',
      fileparts: 1,
    });
    expect(part).toMatchObject({ name: `${FIRST}.001`, filename: `${FIRST}.tar.gz.001`, filepart: 1, size: item.size });
    expect(part?.md5checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(part?.url).toBe(`${bench.vault.url}/api/v25.1/services/directdata/files/${FIRST}.001`);
  });

  it('begins a Full in the year 2000', async () => {
    expect((await bench.client.item(FULL)).start_time).toBe('2000-01-01T00:00Z');
    expect(await names({ extract_type: 'full_directdata', start_time: '2000-01-01T00:00Z' })).toEqual([FULL]);
    expect(await names({ extract_type: 'full_directdata', start_time: '2000-01-01T00:01Z' })).toEqual([]);
  });

  it('keeps the windows inside the times asked for, stop included, with and without seconds', async () => {
    bench.clock.afterWindows(4);
    const inside = {
      extract_type: 'INCREMENTAL_DIRECTDATA',
      start_time: '2026-01-20T08:15Z',
      stop_time: '2026-01-20T08:45:00Z',
    };
    expect(await names(inside)).toEqual(['143462-20260120-0830-N', '143462-20260120-0845-N']);
  });

  it('gives a first Full that was made elsewhere byte for byte', async () => {
    const path = fileURLToPath(import.meta.url);
    const given = await openVault({ firstFull: { path, records: 7 } });
    const [full] = await given.client.items({ extract_type: 'full_directdata' });
    expect(full).toMatchObject({ name: FULL, record_count: 7 });
    const part = await given.client.call(`services/directdata/files/${FULL}.001`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(await readFile(path));
    await given.vault.close();
  });

  it('refuses a type or a time that it does not know', async () => {
    expect(await bench.client.failureOf('services/directdata/files?extract_type=everything')).toBe('INVALID_DATA');
    expect(await bench.client.failureOf('services/directdata/files?start_time=yesterday')).toBe('INVALID_DATA');
  });

  it('counts every item in total', async () => {
    bench.clock.afterWindows(3);
    expect((await bench.client.list()).responseDetails.total).toBe(5);
  });

  it('drops a window after ten days and keeps the newest Full', async () => {
    bench.clock.set(ENABLED.add({ minutes: 30 }).add({ milliseconds: hours(240) }));
    expect(await names()).toContain(FIRST);
    bench.clock.set(ENABLED.add({ minutes: 31 }).add({ milliseconds: hours(240) }));
    const left = await names();
    expect(left).not.toContain(FIRST);
    expect(left).toContain(FULL);
    expect(left.filter((name) => name.endsWith('-L'))).toEqual(['143462-20260128-0800-L', '143462-20260129-0800-L']);
    expect(await bench.client.failureOf(`services/directdata/files/${FIRST}.001`)).toBe('INVALID_DATA');
  });

  it('lists windows with record_count 0 that have bytes all the same', async () => {
    bench.clock.afterWindows(6);
    const quiet = (await bench.client.items()).filter((item) => item.record_count === 0);
    expect(quiet.map(({ name }) => name)).toEqual(['143462-20260120-0900-N', '143462-20260120-0930-N']);
    expect(quiet.every(({ size }) => size > 500)).toBe(true);
  });
});

describe('days of the Vault', () => {
  it('have 23 hours when clocks go forward, and end at local midnight in UTC', async () => {
    const spring = await openVault({
      enabledAt: ENABLED.add({ hours: 24 * 47 }),
      dailyFulls: true,
      changesPerWindow: 2,
      schemaChanges: false,
    });
    spring.clock.set(ENABLED.add({ hours: 24 * 48 }));
    const logs = await spring.client.items({ extract_type: 'log_directdata' });
    expect(logs.map(({ start_time, stop_time }) => [start_time, stop_time])).toEqual([
      ['2026-03-07T08:00Z', '2026-03-08T08:00Z'],
      ['2026-03-08T08:00Z', '2026-03-09T07:00Z'],
    ]);
    expect((await spring.client.items({ extract_type: 'full_directdata' })).map(({ name }) => name)).toEqual([
      '143462-20260308-0800-F',
      '143462-20260309-0700-F',
    ]);
    await spring.vault.close();
  });
});

describe('list faults', () => {
  it.each(['failure', 'empty'] as const)('shows no Direct Data yet as %s', async (form) => {
    bench.vault.faults.add({ kind: 'no_data_yet', form });
    const response = await bench.client.call('services/directdata/files');
    const expected = form === 'empty' ? { responseStatus: 'SUCCESS', data: [] } : { responseStatus: 'FAILURE' };
    expect(await response.json()).toMatchObject(expected);
  });

  it('has no data before Direct Data is enabled', async () => {
    const early = await openVault();
    early.clock.set(ENABLED.subtract({ minutes: 1 }));
    const answer = await (await early.client.call('services/directdata/files')).json();
    expect(answer).toMatchObject({ errors: [{ message: 'Initial file being generated. Please check again later.' }] });
    await early.vault.close();
  });

  it.each(['descending', 'shuffled'] as const)('gives the items %s', async (order) => {
    bench.clock.afterWindows(4);
    const sorted = await names();
    bench.vault.faults.add({ kind: 'unsorted', order });
    const unsorted = await names();
    expect(unsorted).not.toEqual(sorted);
    expect(unsorted.toSorted()).toEqual(sorted.toSorted());
  });

  it('gives times with seconds', async () => {
    bench.vault.faults.add({ kind: 'times_with_seconds' });
    expect((await bench.client.item(FULL)).stop_time).toBe('2026-01-20T08:00:00Z');
  });

  it('leaves out or falsifies checksums and sizes', async () => {
    const right = (await bench.client.item(FULL)).filepart_details[0];
    bench.vault.faults.add({ kind: 'wrong_md5', times: 1, file: FULL }, { kind: 'wrong_size', times: 1, file: FULL });
    const wrong = (await bench.client.item(FULL)).filepart_details[0];
    expect(wrong?.md5checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(wrong?.md5checksum).not.toBe(right?.md5checksum);
    expect(wrong?.size).toBe((right?.size ?? 0) + 1);
    expect((await bench.client.item(FULL)).filepart_details[0]).toEqual(right);
    bench.vault.faults.add({ kind: 'no_md5' });
    expect((await bench.client.item(FULL)).filepart_details[0]).not.toHaveProperty('md5checksum');
  });

  it('shows an error in place of a window until it heals', async () => {
    bench.clock.afterWindows(2);
    const nextRetry = '2026-01-20T09:00Z';
    bench.vault.faults.add({ kind: 'error_item', file: FIRST, nextRetry, healsAt: '2026-01-20T09:00:00Z' });
    const { data, responseDetails } = await bench.client.list({ extract_type: 'incremental_directdata' });
    expect(data[0]).toMatchObject({ name: FIRST, error: { next_retry: nextRetry } });
    expect(responseDetails.total).toBe(2);
    bench.clock.set(ENABLED.add({ hours: 1 }));
    expect(await bench.client.item(FIRST)).toMatchObject({ extract_type: 'incremental_directdata' });
  });

  it('shows an error for ever where nothing heals it', async () => {
    bench.vault.faults.add({ kind: 'error_item', file: FIRST, nextRetry: '2026-01-20T09:00Z' });
    bench.clock.set(ENABLED.add({ hours: 48 }));
    expect((await bench.client.list()).data.find(({ name }) => name === FIRST)).toHaveProperty('error');
  });

  it('hides a file, and lists one twice', async () => {
    bench.clock.afterWindows(2);
    bench.vault.faults.add({ kind: 'missing', file: FIRST }, { kind: 'listed_twice', file: '143462-20260120-0830-N' });
    expect(await names({ extract_type: 'incremental_directdata' })).toEqual([
      '143462-20260120-0830-N',
      '143462-20260120-0830-N',
    ]);
    expect(await bench.client.failureOf(`services/directdata/files/${FIRST}.001`)).toBe('INVALID_DATA');
  });

  it('gives part addresses on a foreign host and on a private path', async () => {
    bench.vault.faults.add({ kind: 'foreign_url', host: 'evil.example', times: 1 });
    expect((await bench.client.item(FULL)).filepart_details[0]?.url).toMatch(/^https:\/\/evil\.example\//);
    bench.vault.faults.add({ kind: 'private_url' });
    const item = await bench.client.item(FULL);
    expect(item.filepart_details[0]?.url).toContain('/directdata/private/files/');
    expect((await bench.client.open(item)).has('manifest.csv')).toBe(true);
  });

  it('lists windows that overlap the times asked for where it is set so', async () => {
    const overlapping = await openVault({ listFilter: 'overlap' });
    overlapping.clock.afterWindows(4);
    const query = {
      extract_type: 'incremental_directdata',
      start_time: '2026-01-20T08:20Z',
      stop_time: '2026-01-20T08:35Z',
    };
    expect((await overlapping.client.items(query)).map(({ name }) => name)).toEqual([
      '143462-20260120-0830-N',
      '143462-20260120-0845-N',
    ]);
    await overlapping.vault.close();
  });
});
