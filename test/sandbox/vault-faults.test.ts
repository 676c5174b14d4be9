import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Fault } from '../../sandbox/vault/index.ts';
import { type Archive, openVault, type VaultBench } from './vault-client.ts';

let bench: VaultBench;
beforeEach(async () => {
  bench = await openVault({ partBytes: 20_000 });
  bench.clock.afterWindows(1);
});
afterEach(() => bench.vault.close());

const FULL = '143462-20260120-0800-F';
const FIRST = '143462-20260120-0815-N';

async function full(): Promise<Archive> {
  return await bench.client.open(await bench.client.item(FULL));
}

describe('faults of a call', () => {
  it('strike as often as they say and then end', async () => {
    bench.vault.faults.add({ kind: 'status', status: 503, endpoint: 'list', times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1)
      statuses.push((await bench.client.call('services/directdata/files')).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(bench.vault.faults.list()).toEqual([]);
  });

  it('strike only the part that they name', async () => {
    bench.vault.faults.add({ kind: 'status', status: 502, file: `${FULL}.002` });
    expect((await bench.client.part(`${FULL}.001`)).status).toBe(200);
    expect((await bench.client.part(`${FULL}.002`)).status).toBe(502);
  });

  it('end the session between two parts, until the next login', async () => {
    const item = await bench.client.item(FULL);
    bench.vault.faults.add({ kind: 'session_expired', file: `${FULL}.002`, times: 1 });
    await expect(bench.client.open(item)).rejects.toThrow(`${FULL}.002 is not whole`);
    expect(await bench.client.failureOf('objects/users/me')).toBe('INVALID_SESSION_ID');
    await bench.client.logIn();
    expect((await bench.client.open(item)).has('manifest.csv')).toBe(true);
  });

  it('give JSON in place of bytes', async () => {
    bench.vault.faults.add({ kind: 'failure', type: 'UNEXPECTED_ERROR', status: 'EXCEPTION', file: FIRST, times: 1 });
    const response = await bench.client.part(`${FIRST}.001`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('x-vaultapi-status')).toBe('EXCEPTION');
    expect(await response.json()).toMatchObject({
      responseStatus: 'EXCEPTION',
      errors: [{ type: 'UNEXPECTED_ERROR' }],
    });
  });

  it('cut a body short without an error', async () => {
    bench.vault.faults.add({ kind: 'truncated', bytes: 100, file: `${FULL}.001`, times: 1 });
    expect((await (await bench.client.part(`${FULL}.001`)).arrayBuffer()).byteLength).toBe(100);
    expect((await (await bench.client.part(`${FULL}.001`)).arrayBuffer()).byteLength).toBe(20_000);
  });

  it('change one byte', async () => {
    const right = Buffer.from(await (await bench.client.part(`${FULL}.001`)).arrayBuffer());
    bench.vault.faults.add({ kind: 'corrupted', at: 7, times: 1 });
    const wrong = Buffer.from(await (await bench.client.part(`${FULL}.001`)).arrayBuffer());
    expect(wrong.length).toBe(right.length);
    expect([...right.keys()].filter((index) => right[index] !== wrong[index])).toEqual([7]);
  });

  it('break the connection before an answer and in the middle of a body', async () => {
    bench.vault.faults.add({ kind: 'reset', endpoint: 'list', times: 1 });
    await expect(bench.client.call('services/directdata/files')).rejects.toThrow('fetch failed');
    bench.vault.faults.add({ kind: 'reset', endpoint: 'download', times: 1 });
    await expect(bench.client.part(`${FULL}.001`)).rejects.toThrow('fetch failed');
    bench.vault.faults.add({ kind: 'reset', endpoint: 'download', afterBytes: 5000, times: 1 });
    const broken = await bench.client.part(`${FULL}.001`);
    await expect(broken.arrayBuffer()).rejects.toThrow('terminated');
  });

  it('delay an answer and say so', async () => {
    bench.vault.faults.add({ kind: 'delay', ms: 60, endpoint: 'me', times: 1 });
    const started = performance.now();
    const response = await bench.client.call('objects/users/me');
    expect(performance.now() - started).toBeGreaterThan(55);
    expect(response.headers.get('x-vaultapi-responsedelay')).toBe('60');
    expect((await bench.client.call('objects/users/me')).headers.has('x-vaultapi-responsedelay')).toBe(false);
  });
});

describe('faults of an archive', () => {
  const cases: readonly [Fault, (archive: Archive) => unknown, unknown][] = [
    [
      { kind: 'manifest_without_type' },
      (archive) => archive.csv('manifest.csv')[0],
      ['extract', 'extract_label', 'records', 'file'],
    ],
    [
      { kind: 'missing_member', extract: 'Object.product__v' },
      (archive) => archive.has('Object/product__v.csv'),
      false,
    ],
    [
      { kind: 'extra_metadata_column', name: 'is_formula', at: 3 },
      (archive) => archive.csv('Metadata/metadata.csv')[0]?.slice(2, 5),
      ['extract_label', 'is_formula', 'column_name'],
    ],
    [
      { kind: 'metadata_date_name', name: 'modified_date__v' },
      (archive) => archive.csv('Metadata/metadata.csv')[0]?.[0],
      'modified_date__v',
    ],
    [
      { kind: 'metadata_type', extract: 'Object.product__v', column: 'code__c', type: 'Number' },
      (archive) =>
        archive
          .records('Metadata/metadata.csv')
          .find((row) => row['extract'] === 'Object.product__v' && row['column_name'] === 'code__c')?.['type'],
      'Number',
    ],
    [
      { kind: 'value', extract: 'Object.product__v', column: 'amount__c', row: 2, value: 'twelve' },
      (archive) =>
        archive
          .records('Object/product__v.csv')
          .flatMap((row, index) => (row['amount__c'] === 'twelve' ? [index] : [])),
      [2],
    ],
    [
      { kind: 'bytes', extract: 'Object.product__v', column: 'name__v', row: 1, hex: '41c328' },
      // What is no UTF-8 is shown by the character that stands for it.
      (archive) => archive.records('Object/product__v.csv')[1]?.['name__v'] === 'A\ufffd(',
      true,
    ],
    [{ kind: 'member', name: '../evil.csv', type: 'file' }, (archive) => archive.members.at(-1)?.name, '../evil.csv'],
    [
      { kind: 'member', name: '/etc/evil.csv', type: 'file' },
      (archive) => archive.members.at(-1)?.name,
      '/etc/evil.csv',
    ],
    [
      { kind: 'member', name: 'Object/link.csv', type: 'symlink', linkname: '/etc/passwd' },
      (archive) => [archive.members.at(-1)?.type, archive.members.at(-1)?.linkname],
      ['symlink', '/etc/passwd'],
    ],
    [
      { kind: 'duplicate_member', extract: 'Object.product__v' },
      (archive) => archive.members.filter(({ name }) => name === 'Object/product__v.csv').length,
      2,
    ],
    [
      { kind: 'directory_entries' },
      (archive) => archive.members.filter(({ type }) => type === 'directory').map(({ name }) => name),
      ['Metadata/', 'Object/', 'Document/', 'Picklist/', 'Workflow/'],
    ],
    [{ kind: 'extra_folder', name: 'export' }, (archive) => archive.has('export/manifest.csv'), true],
    [{ kind: 'members_reversed' }, (archive) => archive.members.at(-1)?.name, 'manifest.csv'],
  ];

  it.each(cases.map(([fault, look, seen]) => ({ fault, look, seen, title: JSON.stringify(fault) })))(
    'show in the archive, and list and bytes still agree: $title',
    async ({ fault, look, seen }) => {
      expect(look(await full())).not.toEqual(seen);
      bench.vault.faults.add(fault);
      expect(look(await full())).toEqual(seen);
      bench.vault.faults.clear();
      expect(look(await full())).not.toEqual(seen);
    },
  );

  it('miscount the rows of one extract', async () => {
    const rows = async (): Promise<number> =>
      Number(
        (await full()).records('manifest.csv').find(({ extract }) => extract === 'Object.product__v')?.['records'],
      );
    const right = await rows();
    bench.vault.faults.add({ kind: 'records_mismatch', extract: 'Object.product__v', by: -1 });
    expect(await rows()).toBe(right - 1);
  });

  it.each([
    ['_deletes', /_deletes$/],
    ['_deleted__sys', /(_deleted__sys|[^s]_deletes)$/],
  ] as const)('name lists of deletes as extracts of their own: %s', async (suffix, form) => {
    bench.vault.faults.add({ kind: 'delete_extract_suffix', suffix, file: FIRST });
    const archive = await bench.client.open(await bench.client.item(FIRST));
    const deletes = archive.records('manifest.csv').filter(({ type }) => type === 'deletes');
    expect(deletes.length).toBeGreaterThan(0);
    for (const { extract = '', file = '' } of deletes) {
      expect(extract).toMatch(form);
      expect(file).toBe(`${extract.replace('.', '/')}.csv`);
      expect(archive.has(file)).toBe(true);
    }
    expect(deletes.some(({ extract = '' }) => extract.endsWith(suffix))).toBe(true);
  });

  it('change only the file that they name', async () => {
    bench.vault.faults.add({ kind: 'members_reversed', file: FIRST });
    expect((await full()).members[0]?.name).toBe('manifest.csv');
  });

  it('fail loudly where they meet nothing', async () => {
    bench.vault.faults.add({ kind: 'value', extract: 'Object.nothing__c', column: 'id', row: 0, value: 'x' });
    const response = await bench.client.call('services/directdata/files');
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('names a member that the archive does not hold');
  });
});

describe('the calls of the stand-in itself', () => {
  const sandbox = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${bench.vault.url}/sandbox/${path}`, init);

  it('add, show and clear faults', async () => {
    const fault = { kind: 'status', status: 503, endpoint: 'me' };
    const added = await sandbox('faults', { method: 'POST', body: JSON.stringify(fault) });
    expect(await added.json()).toEqual([fault]);
    expect((await bench.client.call('objects/users/me')).status).toBe(503);
    expect(await (await sandbox('faults', { method: 'DELETE' })).json()).toEqual([]);
    expect((await bench.client.call('objects/users/me')).status).toBe(200);
  });

  it.each(['{"kind":"unheard_of"}', '{"kind":"status","status":503,"typo":1}', 'no JSON'])(
    'refuse the fault %s',
    async (body) => {
      const answer = await sandbox('faults', { method: 'POST', body });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toHaveProperty('problem');
      expect(bench.vault.faults.list()).toEqual([]);
    },
  );

  it('tell the truth and the files', async () => {
    const upTo = '2026-01-20T08:15:00Z';
    const truth: unknown = await (await sandbox(`truth?upTo=${upTo}`)).json();
    expect(truth).toEqual(bench.vault.truth(bench.vault.enabledAt.add({ minutes: 15 })));
    const files = z.array(z.object({ name: z.string() })).parse(await (await sandbox('files')).json());
    expect(files.map(({ name }) => name)).toContain(FIRST);
    expect((await sandbox('truth?upTo=yesterday')).status).toBe(400);
  });

  it('reset faults and sessions', async () => {
    bench.vault.faults.add({ kind: 'status', status: 503 });
    await sandbox('reset', { method: 'POST' });
    expect(await bench.client.failureOf('objects/users/me')).toBe('INVALID_SESSION_ID');
    expect((await sandbox('nothing')).status).toBe(404);
  });
});
