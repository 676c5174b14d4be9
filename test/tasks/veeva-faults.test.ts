import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { type Failure, MANIFEST_KEY, RemoteFailure, Temporal, acceleratedClock } from '#framework';

import type { Fault } from '../../sandbox/vault/index.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { BEGINNING, type Bench, ENABLED_AT, openBench, quarter } from './veeva-window.ts';

const FULL = '143462-20260120-0800-F';
const FIRST = '143462-20260120-0815-N';
const PRODUCT = 'Object.product__v';

let bench: Bench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function open(options: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  bench = await openBench({ rows: 150, changesPerWindow: 10, ...options });
  return bench;
}

/** What a Full with these faults fails with; a failed window must leave no manifest and no local file. */
async function failureOfFull(...faults: readonly Fault[]): Promise<Failure> {
  const { source, context, store, leftovers } = await open({ faults });
  const failure = await failureOfAsync(() => source('full').transfer(context(BEGINNING)));
  const staged = await store.list('stage/');
  expect(staged.filter(({ key }) => key.endsWith(MANIFEST_KEY))).toEqual([]);
  expect(await leftovers()).toEqual([]);
  return failure;
}

function md5Of({ details }: Failure, name: string): string {
  const md5 = details[name];
  return typeof md5 === 'string' && /^[0-9a-f]{32}$/.test(md5) ? md5 : `no md5 in ${name}`;
}

describe('a damaged part', () => {
  it('fails naming the part, the md5 expected and the md5 found', async () => {
    const failure = await failureOfFull({ kind: 'wrong_md5' });
    expect(failure).toMatchObject({ code: 'E_VAULT_PART_MD5', reaction: 'fail', details: { part: `${FULL}.001` } });
    expect(failure.message).toContain(md5Of(failure, 'expectedMd5'));
    expect(failure.message).toContain(md5Of(failure, 'foundMd5'));
  });

  it.each<[string, Fault, string]>([
    ['ends early', { kind: 'truncated', bytes: 100 }, 'E_VAULT_PART_SIZE'],
    ['has another byte', { kind: 'corrupted' }, 'E_VAULT_PART_MD5'],
    ['breaks off every time', { kind: 'reset', endpoint: 'download', afterBytes: 100 }, 'E_VAULT_UNREACHABLE'],
    ['is listed with a size that the file does not have', { kind: 'wrong_size' }, 'E_VAULT_PARTS_INCOMPLETE'],
    [
      'is JSON instead of bytes',
      { kind: 'failure', endpoint: 'download', type: 'INVALID_DATA' },
      'E_VAULT_REQUEST_REFUSED',
    ],
    ['is refused by the gateway', { kind: 'status', endpoint: 'download', status: 502 }, 'E_VAULT_UNAVAILABLE'],
    ['is offered by another host', { kind: 'foreign_url', host: 'evil.example' }, 'E_VAULT_FOREIGN_URL'],
  ])('that %s stops the window', async (_what, fault, code) => {
    const failure = await failureOfFull(fault);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(FULL);
    expect(await bench?.store.list('direct-data/')).toEqual([]);
  });

  it('is found by gunzip where Vault gives no md5', async () => {
    expect((await failureOfFull({ kind: 'no_md5' }, { kind: 'corrupted' })).code).toBe('E_ARCHIVE_UNREADABLE');
  });

  it('does not make the others be fetched again', async () => {
    const { vault, source, context, store } = await open({ partBytes: 3000 });
    const parts = (await vault.files()).find(({ name }) => name === FULL)?.parts ?? [];
    // Four are fetched at once, so one at least is whole before the last one begins.
    expect(parts.length).toBeGreaterThan(4);
    const file = parts.at(-1)?.name ?? '';
    vault.faults.add({ kind: 'failure', endpoint: 'download', type: 'INVALID_DATA', file });
    await failureOfAsync(() => source('full').transfer(context(BEGINNING)));
    const kept = (await store.list('direct-data/')).map(({ key }) => key);
    expect(kept.length).toBeGreaterThan(0);
    vault.faults.clear();
    for (const key of kept) {
      const file = key.replace(/^.*\//, '').replace('.tar.gz', '');
      vault.faults.add({ kind: 'failure', endpoint: 'download', type: 'INVALID_DATA', file });
    }
    await source('full').transfer(context(BEGINNING));
  });

  it('replaces an object of the same name and size that has another checksum', async () => {
    const { vault, source, context, store } = await open();
    const [part] = (await vault.files()).find(({ name }) => name === FULL)?.parts ?? [];
    const metadata = { part: `${FULL}.001`, md5: '0'.repeat(32) };
    const key = `direct-data/full/${FULL}.tar.gz.001`;
    await store.put(key, Buffer.alloc(part?.bytes ?? 0), { metadata });
    await source('full').transfer(context(BEGINNING));
    expect((await store.find(key))?.metadata).toEqual({ ...metadata, md5: part?.md5 });
  });
});

describe('a damaged archive', () => {
  it.each<{ readonly what: string; readonly fault: Fault; readonly code: string; readonly named: string }>([
    {
      what: 'a member that climbs',
      fault: { kind: 'member', name: '../../evil.csv', type: 'file' },
      code: 'E_ARCHIVE_MEMBER_REFUSED',
      named: '../../evil.csv',
    },
    {
      what: 'an absolute member',
      fault: { kind: 'member', name: '/etc/cron.d/evil', type: 'file' },
      code: 'E_ARCHIVE_MEMBER_REFUSED',
      named: '/etc/cron.d/evil',
    },
    {
      what: 'a link',
      fault: { kind: 'member', name: 'Object/a.csv', type: 'symlink', linkname: '/etc/passwd' },
      code: 'E_ARCHIVE_MEMBER_REFUSED',
      named: 'symlink',
    },
    {
      what: 'a member twice',
      fault: { kind: 'duplicate_member', extract: PRODUCT },
      code: 'E_ARCHIVE_MEMBER_TWICE',
      named: 'product__v',
    },
    {
      what: 'a missing extract',
      fault: { kind: 'missing_member', extract: PRODUCT },
      code: 'E_ARCHIVE_EXTRACT_MISSING',
      named: PRODUCT,
    },
    {
      what: 'fewer rows than promised',
      fault: { kind: 'records_mismatch', extract: PRODUCT, by: 1 },
      code: 'E_ARCHIVE_ROW_COUNT',
      named: PRODUCT,
    },
    {
      what: 'data that the manifest does not name',
      fault: { kind: 'member', name: 'Object/hidden__c.csv', type: 'file' },
      code: 'E_ARCHIVE_FILE_UNLISTED',
      named: 'hidden__c',
    },
  ])('with $what is refused', async ({ fault, code, named }) => {
    const failure = await failureOfFull(fault);
    expect(failure).toMatchObject({ code, reaction: 'fail' });
    expect(failure.message).toContain(named);
  });

  it('with a value that its type cannot hold names extract, column and value', async () => {
    const column = 'document_number__v';
    const extract = 'Document.document_version__sys';
    const value = { kind: 'value', extract, column: 'size__v', row: 1, value: 'VV-00016' } as const;
    const failure = await failureOfFull(value);
    expect(failure.reaction).toBe('fail');
    for (const word of [extract, 'size__v', 'VV-00016']) expect(failure.message).toContain(word);
    // The one column whose type Vault is known to declare wrongly does not stop the load.
    await bench?.close();
    const { source, context } = await open({ faults: [{ kind: 'metadata_type', extract, column, type: 'Number' }] });
    const manifest = await source('full').transfer(context(BEGINNING));
    const documents = manifest.tables.find((table) => table.extract === extract);
    expect(documents?.schema.columns.find(({ name }) => name === column)?.type.kind).toBe('text');
  });
});

describe('a window that is not there', () => {
  it.each(['failure', 'empty'] as const)('waits while there is no Direct Data at all (%s)', async (form) => {
    const { source, context } = await open({ faults: [{ kind: 'no_data_yet', form }] });
    const count = await source('incremental').count(context(quarter(0)));
    expect(count.kind).toBe('not_yet');
  });

  it.each(['auth', 'list'] as const)('waits while the Vault is open to administrators only (%s)', async (endpoint) => {
    const closed = { kind: 'failure', endpoint, type: 'CONFIGURATION_MODE_ENABLED' } as const;
    const { vault, source, context } = await open({ faults: [closed] });
    const count = await source('incremental').count(context(quarter(0)));
    expect(count).toMatchObject({ kind: 'not_yet', reason: expect.stringContaining('CONFIGURATION_MODE_ENABLED') });
    vault.faults.clear();
    expect((await source('incremental').count(context(quarter(0)))).kind).toBe('counted');
  });

  it('waits for the retry that Vault announces, and lands once it is there', async () => {
    const { vault, source, context } = await open();
    vault.faults.add({ kind: 'error_item', file: FIRST, nextRetry: '2026-01-20T11:15Z' });
    const until = Temporal.Instant.from('2026-01-20T11:15Z');
    expect(await source('incremental').count(context(quarter(0)))).toMatchObject({ kind: 'not_yet', until });
    const failure = await failureOfAsync(() => source('incremental').transfer(context(quarter(0))));
    expect(failure).toMatchObject({ code: 'E_VAULT_FILE_NOT_PUBLISHED', reaction: 'retry' });
    expect(failure instanceof RemoteFailure && failure.retryAfterMs).toBeGreaterThan(60_000);
    vault.faults.clear();
    expect((await source('incremental').count(context(quarter(0)))).kind).toBe('counted');
    expect((await source('incremental').transfer(context(quarter(0)))).sources).toMatchObject([
      { name: `${FIRST}.tar.gz` },
    ]);
  });

  it.each(['2026-01-20T00:00Z', '2026-01-21T00:00Z'])(
    'says of a log day that ends at another midnight than those of the Vault which zone is to be named: %s',
    async (midnight) => {
      const now = acceleratedClock(Temporal.Instant.from('2026-01-21T07:59Z'), 1);
      const { source, context } = await open({ clock: now, changesPerWindow: 1 });
      const end = Temporal.Instant.from(midnight);
      const count = await source('log').count(context({ start: end.subtract({ hours: 24 }), end, zone: 'UTC' }));
      expect(count).toMatchObject({ kind: 'not_yet', reason: expect.stringContaining('143462-20260120-0800-L') });
      expect(count).toMatchObject({ reason: expect.stringContaining('schedule of the pipeline (dags/veeva-log.ts)') });
      expect(count).not.toMatchObject({ reason: expect.stringContaining('hole') });
    },
  );

  it('waits for a future window until it is due', async () => {
    const { source, context } = await open();
    const window = quarter(8);
    expect(await source('incremental').count(context(window))).toMatchObject({
      kind: 'not_yet',
      until: window.end.add({ minutes: 15 }),
    });
  });

  it('fails for good once retention has passed', async () => {
    const { source, context } = await open({ faults: [{ kind: 'missing', file: FIRST }] });
    const late = acceleratedClock(ENABLED_AT.add({ hours: 11 * 24 }), 1);
    const failure = await failureOfAsync(() => source('incremental').count(context(quarter(0), { clock: late })));
    expect(failure).toMatchObject({ code: 'E_VAULT_FILE_EXPIRED', reaction: 'fail' });
    expect(failure.message).toContain('only a new Full repairs this');
  });
});

describe('a window whose worker was killed', () => {
  it('leaves its files only until the next try of the same window', async () => {
    const { source, context, store, local, leftovers } = await open();
    const killed = `${local}-killed`;
    const putting = {
      ...store,
      put: async (...given: Parameters<typeof store.put>) => {
        if (given[0].endsWith(MANIFEST_KEY)) await cp(local, killed, { recursive: true });
        return store.put(...given);
      },
    };
    await source('full', { store: putting }).transfer(context(BEGINNING));
    expect(await leftovers()).toEqual([]);

    await rm(local, { recursive: true });
    await rename(killed, local);
    expect(await leftovers()).toHaveLength(1);
    await source('full').transfer({ ...context(BEGINNING), fence: 2 });
    expect(await leftovers()).toEqual([]);
  });

  it('leaves the files of a newer try alone when it ends late', async () => {
    const { source, context, store, local } = await open();
    const newer = new Set<string>();
    const putting = {
      ...store,
      put: async (...given: Parameters<typeof store.put>) => {
        if (given[0].endsWith(MANIFEST_KEY)) {
          const [window = ''] = await readdir(local);
          newer.add(join(local, window, '2'));
          for (const folder of newer) await mkdir(folder, { recursive: true });
        }
        return store.put(...given);
      },
    };
    await source('full', { store: putting }).transfer(context(BEGINNING));
    expect([...newer].map((folder) => existsSync(folder))).toEqual([true]);
  });
});

describe('a window that is stopped', () => {
  it('leaves nothing on this machine and no manifest', async () => {
    const { source, context, store, leftovers } = await open();
    const stop = new AbortController();
    const putting = {
      ...store,
      put: async (...given: Parameters<typeof store.put>) => {
        if (given[0].startsWith('stage/')) stop.abort(new Error('stopped by a person'));
        return store.put(...given);
      },
    };
    const transfer = source('full', { store: putting }).transfer(context(BEGINNING, { signal: stop.signal }));
    await expect(transfer).rejects.toThrow('stopped by a person');
    expect(await leftovers()).toEqual([]);
    expect((await store.list('stage/')).filter(({ key }) => key.endsWith(MANIFEST_KEY))).toEqual([]);
  });
});
