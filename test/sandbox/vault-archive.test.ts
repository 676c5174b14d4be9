import { describe, expect, it } from 'vitest';

import { type Archive, openVault, type VaultBench } from './vault-client.ts';

const window = (number: number): string => {
  const minutes = 8 * 60 + number * 15;
  return `143462-20260120-${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}-N`;
};

async function opened(bench: VaultBench, name: string): Promise<Archive> {
  return await bench.client.open(await bench.client.item(name));
}

async function withVault(
  options: Parameters<typeof openVault>[0],
  work: (bench: VaultBench) => Promise<void>,
): Promise<void> {
  const bench = await openVault(options);
  try {
    await work(bench);
  } finally {
    await bench.vault.close();
  }
}

/** Every line of the manifest, with the rows that its file holds. */
function counted(archive: Archive): { readonly said: number; readonly found: number; readonly file: string }[] {
  return archive.records('manifest.csv').map(({ records = '', file = '' }) => ({
    said: Number(records),
    found: file === '' ? 0 : archive.records(file).length,
    file,
  }));
}

describe('an archive', () => {
  it('holds the rows that its manifest promises, whatever the kind of file', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(13);
      for (const item of await bench.client.items()) {
        const archive = await bench.client.open(item);
        const lines = counted(archive);
        expect(lines.map(({ found }) => found)).toEqual(lines.map(({ said }) => said));
        const data = lines.filter(({ file }) => !file.startsWith('Metadata/')).reduce((sum, { said }) => sum + said, 0);
        expect(item.record_count).toBe(data);
      }
    });
  });

  it('holds no member but those of the manifest, the manifest and the whole metadata', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(1);
      const archive = await opened(bench, window(1));
      const named = counted(archive).flatMap(({ file }) => (file === '' ? [] : [file]));
      expect(archive.members.map(({ name }) => name).toSorted()).toEqual(
        [...named, 'manifest.csv', 'metadata_full.csv'].toSorted(),
      );
    });
  });

  it('is cut into parts of the size given, numbered from 001', async () => {
    await withVault({ partBytes: 10_000 }, async ({ client }) => {
      const item = await client.item('143462-20260120-0800-F');
      expect(item.fileparts).toBeGreaterThan(3);
      expect(item.filepart_details.map(({ filepart }) => filepart)).toEqual(
        Array.from({ length: item.fileparts }, (_none, index) => index + 1),
      );
      expect(item.filepart_details.slice(0, -1).every(({ size }) => size === 10_000)).toBe(true);
      expect(item.filepart_details.reduce((sum, { size }) => sum + size, 0)).toBe(item.size);
      expect((await client.open(item)).has('manifest.csv')).toBe(true);
    });
  });

  it('is the same byte for byte in another instance that was asked at other times', async () => {
    await withVault({ seed: 5 }, async (stepwise) => {
      for (let windows = 1; windows <= 13; windows += 1) {
        stepwise.clock.afterWindows(windows);
        await stepwise.vault.files();
      }
      await withVault({ seed: 5 }, async (atOnce) => {
        atOnce.clock.afterWindows(13);
        expect(await atOnce.vault.files()).toEqual(await stepwise.vault.files());
      });
      await withVault({ seed: 6 }, async (other) => {
        expect((await other.vault.files())[0]?.parts).not.toEqual((await stepwise.vault.files())[0]?.parts);
      });
    });
  });

  it('comes with the headers of a download', async () => {
    await withVault({}, async ({ client }) => {
      const response = await client.part('143462-20260120-0800-F.001');
      expect(response.headers.get('content-type')).toBe('application/octet-stream;charset=UTF-8');
      expect(response.headers.get('content-disposition')).toBe(
        'attachment; filename="143462-20260120-0800-F.tar.gz.001"',
      );
      await response.arrayBuffer();
    });
  });
});

describe('the schema in the archives', () => {
  it('lists every column of a new object, id among them, and dates the change', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(5);
      const rows = (await opened(bench, window(5))).records('Metadata/metadata.csv');
      expect(new Set(rows.map(({ extract }) => extract))).toEqual(new Set(['Object.added_5__c']));
      expect(rows.map((row) => row['column_name'])).toContain('id');
      expect(rows.every((row) => row['modified_date'] === '2026-01-20T09:00:00.000Z')).toBe(true);
    });
  });

  it('lists a new column in a window without records', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(4);
      expect(await bench.client.item(window(4))).toMatchObject({ record_count: 0 });
      const archive = await opened(bench, window(4));
      expect(archive.records('Metadata/metadata.csv').map((row) => row['column_name'])).toEqual(['added_in_4__c']);
    });
  });

  it('lists a dropped column alone and a dropped object with its id', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(9);
      const column = (await opened(bench, window(7))).csv('Metadata/metadata_deletes.csv');
      expect(column[0]).toEqual(['extract', 'column_name', 'deleted_date']);
      expect(column).toHaveLength(2);
      const object = (await opened(bench, window(9))).records('Metadata/metadata_deletes.csv');
      expect(object.map((row) => row['column_name'])).toContain('id');
      expect(new Set(object.map(({ extract }) => extract)).size).toBe(1);
    });
  });

  it('declares a wider text and brings a value that needs it', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(11);
      const archive = await opened(bench, window(11));
      const [wider] = archive.records('Metadata/metadata.csv');
      const { extract = '', column_name: column = '', length } = wider ?? {};
      const before = (await opened(bench, window(10))).records('metadata_full.csv');
      const narrow = before.find((row) => row['extract'] === extract && row['column_name'] === column)?.['length'];
      expect(Number(length)).toBe(Number(narrow) * 10);
      const values = archive.records(`${extract.replace('.', '/')}.csv`).map((row) => row[column] ?? '');
      expect(Math.max(...values.map((value) => value.length))).toBeGreaterThan(Number(narrow));
    });
  });

  it('leaves the dates of metadata empty in a Full', async () => {
    await withVault({}, async (bench) => {
      const rows = (await opened(bench, '143462-20260120-0800-F')).records('Metadata/metadata.csv');
      expect(rows.every((row) => row['modified_date'] === '')).toBe(true);
    });
  });
});

describe('names and values', () => {
  it('are as awkward as those of real Vaults', async () => {
    await withVault({ rows: 3000, objects: 14 }, async ({ vault }) => {
      const truth = vault.truth(vault.enabledAt);
      const names = truth.map(({ table }) => table);
      expect(names).toEqual(
        expect.arrayContaining(['3d_model__c', 'order', 'metadata_template__v', 'bulk_deletes__c', 'select__c']),
      );
      const values = new Set(truth.flatMap(({ rows }) => rows.flat()));
      const awkward = [
        '',
        '00012',
        'NA',
        'null',
        'None',
        ' leading and trailing ',
        'carriage\r\nreturn',
        '""',
        '👩‍🔬 tested 🧪',
      ];
      expect(awkward.filter((value) => !values.has(value))).toEqual([]);
      const numbers = [
        '99999999999999999999.999999999999999999',
        '-1',
        '1.10',
        '1969-12-31',
        '1969-12-31T23:59:59.999Z',
        'true',
        'false',
      ];
      expect(numbers.filter((value) => !values.has(value))).toEqual([]);
      expect([...values].some((value) => value.split(',').length > 2 && value.endsWith('__c'))).toBe(true);
    });
  });

  it('have one header of more than 4 KiB and one value far beyond its declared length', async () => {
    await withVault({ objects: 12, rows: 2000 }, async ({ vault }) => {
      const truth = vault.truth(vault.enabledAt);
      const header = (table: string): string =>
        truth
          .find((candidate) => candidate.table === table)
          ?.columns.map(({ name }) => name)
          .join(',') ?? '';
      expect(header('wide_form__v').length).toBeGreaterThan(4096);
      const icons = truth.find(({ table }) => table === 'edl_item__v');
      const at = icons?.columns.findIndex(({ name }) => name === 'progress_icon__v') ?? -1;
      expect(Math.max(...(icons?.rows.map((row) => row[at]?.length ?? 0) ?? []))).toBeGreaterThan(3900);
    });
  });

  it('have picklist keys that read the same when they are joined without a separator', async () => {
    await withVault({}, async ({ vault }) => {
      const picklists = vault.truth(vault.enabledAt).find(({ table }) => table === 'picklist__sys');
      const keys = picklists?.rows.map((row) => row.slice(1, 4)) ?? [];
      expect(new Set(keys.map((key) => key.join('\u0000'))).size).toBe(keys.length);
      expect(new Set(keys.map((key) => key.join(''))).size).toBe(keys.length - 1);
    });
  });

  it('have integers of 38 digits where that is asked for, and semicolons between several values', async () => {
    await withVault({ wideIntegers: true, multiValueSeparator: ';', rows: 3000 }, async ({ vault }) => {
      const values = vault.truth(vault.enabledAt).flatMap(({ rows }) => rows.flat());
      expect(values).toContain('-99999999999999999999999999999999999999');
      expect(values.some((value) => /__c;\w+__c$/.test(value))).toBe(true);
    });
  });

  it('bring a user who only signed in, with the date of change as it was', async () => {
    await withVault({}, async (bench) => {
      bench.clock.afterWindows(1);
      const before = (await opened(bench, '143462-20260120-0800-F')).records('Object/user__sys.csv');
      const after = (await opened(bench, window(1))).records('Object/user__sys.csv');
      const known = after.flatMap((row) =>
        before.filter((old) => old['id'] === row['id'] && old['modified_date__v'] === row['modified_date__v']),
      );
      expect(known.length).toBeGreaterThan(0);
    });
  });
});
