import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import { RemoteFailure, milliseconds, silentLog } from '#framework';
import { type DocumentVersion, documentsPrefix, listKey, storeDocuments, versionFromLine } from '#tasks/veeva';

import type { Fault } from '../../sandbox/vault/index.ts';
import { contentAddress } from '../../tasks/veeva/documents/content-address.ts';
import { contentKey } from '../../tasks/veeva/documents/content-keys.ts';
import { documentVersion } from '../../tasks/veeva/documents/document-version.ts';
import { fileNameOf } from '../../tasks/veeva/documents/file-name.ts';
import { chunkSize } from '../../tasks/veeva-documents/chunks.ts';
import { addCounts, countOutcomes } from '../../tasks/veeva-documents/counts.ts';
import { failureOf, failureOfAsync } from '../support/failure-of.ts';
import { BEGINNING, type Bench, openBench, quarter } from './veeva-window.ts';

describe('what the export says of a version', () => {
  it.each([
    [
      { id: '101_0_1', source_file: '/api/a', size__v: '48211' },
      { id: '101_0_1', source: '/api/a', bytes: 48_211 },
    ],
    [
      { id: '7', version_id: '101_2_0', source_file: 'x', size__v: '5.0' },
      { id: '101_2_0', source: 'x', bytes: 5 },
    ],
    [
      { id: '101_0_1', version_id: '', source_file: '', size__v: '' },
      { id: '101_0_1', source: '' },
    ],
    [{ id: '101_0_1', size__v: '-3' }, { id: '101_0_1' }],
    [{ id: '101_0_1', size__v: '1.5' }, { id: '101_0_1' }],
    [{}, { id: '' }],
  ])('is read from %j, whatever is missing', (row, version) => {
    expect(documentVersion(new Map(Object.entries(row)))).toEqual(version);
  });
});

describe('the address of a content', () => {
  const rules = { url: 'https://a.veevavault.com', host: 'a.veevavault.com', apiVersion: 'v25.2', downloadHosts: [] };
  const file = { part: 'source', version: '101_0_1' } as const;

  it.each([
    [{ ...file, source: '/api/v26.1/x/file' }, 'https://a.veevavault.com/api/v26.1/x/file'],
    [{ ...file, source: 'https://a.veevavault.com/api/v26.1/x' }, 'https://a.veevavault.com/api/v26.1/x'],
    [file, 'https://a.veevavault.com/api/v25.2/objects/documents/101/versions/0/1/file'],
    [
      { ...file, part: 'text', source: '/api/v26.1/x/file' } as const,
      'https://a.veevavault.com/api/v25.2/objects/documents/101/versions/0/1/text',
    ],
  ])('of %j is %s', (content, address) => {
    expect(contentAddress(content, rules).href).toBe(address);
  });

  it.each(['https://evil.example/api/x', '//evil.example/x', 'http://a.veevavault.com/x'])(
    'never leads the session to %s',
    (source) => {
      expect(failureOf(() => contentAddress({ ...file, source }, rules)).code).toBe('E_VAULT_FOREIGN_URL');
    },
  );
});

describe('the name of a file', () => {
  it.each([
    ['attachment;filename="CholeCap-Presentation.pptx"', 'CholeCap-Presentation.pptx'],
    ['attachment; filename="a.pdf"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fer.pdf', 'größer.pdf'],
    [`attachment; filename="${Buffer.from('größer.pdf').toString('latin1')}"`, 'größer.pdf'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['attachment; filename="a \\"b\\".txt"', 'a "b".txt'],
    ['attachment; filename=plain.txt; size=3', 'plain.txt'],
    ["attachment; filename*=UTF-8''%E0%A4%A", undefined],
    ['attachment; filename=".."', undefined],
    ['attachment', undefined],
    [undefined, undefined],
  ])('in %s is %s', (header, name) => {
    expect(fileNameOf(header)).toBe(name);
  });

  it('keeps its ending where it is too long', () => {
    expect(fileNameOf(`attachment; filename="${'x'.repeat(300)}.docx"`)).toBe(`${'x'.repeat(195)}.docx`);
  });

  it.each(['', '101', '../1_2_3', '101_0_1/..', 'a_b_c'])('is no key for a version called "%s"', (version) => {
    expect(failureOf(() => contentKey(version, 'text', undefined)).code).toBe('E_DOCUMENT_ID');
  });
});

describe('chunks and counts', () => {
  it.each([
    [1, 100],
    [100_000, 100],
    [1_000_000, 1000],
    [1_000_001, 1001],
  ])('of %i versions hold %i each, so that a window never has more than a thousand', (versions, size) => {
    expect(chunkSize(versions)).toBe(size);
  });

  it('are added up by outcome', () => {
    const own = { version: '1_0_1', part: 'source', key: 'k', sha256: 's', listedBytes: null } as const;
    const counts = countOutcomes([
      { outcome: 'stored', ...own, bytes: 5 },
      { outcome: 'there', ...own, bytes: 7 },
      { outcome: 'without_file', version: '9_0_1', part: 'source' },
    ]);
    expect(addCounts([counts, counts])).toEqual({ stored: 2, there: 2, withoutFile: 2, refused: 0, bytes: 10 });
  });
});

let bench: Bench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function open(): Promise<Bench> {
  bench = await openBench();
  return bench;
}

async function listed({ store, context }: Bench, window = BEGINNING): Promise<DocumentVersion[]> {
  const list = (await store.findText(listKey(documentsPrefix('stage', context(window))))) ?? '';
  return list.split('\n').filter(Boolean).map(versionFromLine);
}

describe('the list of document versions in the stage', () => {
  it('names every version of a Full and the changed ones of a window', async () => {
    const opened = await open();
    const { source, context, vault } = opened;
    await source('full', { listsDocuments: true }).transfer(context(BEGINNING));
    const versions = await listed(opened);
    const truth = vault.truth(BEGINNING.end).find(({ table }) => table === 'document_version__sys');
    const column = (name: string): number => truth?.columns.findIndex((one) => one.name === name) ?? -1;
    const [id, file, size] = [column('id'), column('source_file'), column('size__v')];
    expect(versions.map((one) => [one.id, one.source, String(one.bytes ?? '')])).toEqual(
      truth?.rows.map((row) => [row[id], row[file], row[size]]),
    );
    const window = quarter(0);
    const manifest = await source('incremental', { listsDocuments: true }).transfer(context(window));
    const updates = manifest.tables.find(({ schema }) => schema.table === 'document_version__sys')?.updates;
    expect(await listed(opened, window)).toHaveLength(updates?.rows ?? 0);
  });

  it('names no row that is in quarantine because it has no id, so that the others are not kept back for ever', async () => {
    const opened = await open();
    const { source, context, vault } = opened;
    const extract = 'Document.document_version__sys';
    for (const column of ['id', 'version_id']) vault.faults.add({ kind: 'value', extract, column, row: 0, value: '' });
    const badRows = { rows: 'quarantine', characters: 'fail', mostRows: 1 } as const;
    const manifest = await source('full', { listsDocuments: true, badRows }).transfer(context(BEGINNING));
    const updates = manifest.tables.find(({ schema }) => schema.table === 'document_version__sys')?.updates;
    expect(manifest.quarantine?.rows).toBe(1);
    const versions = await listed(opened);
    expect(versions).toHaveLength(updates?.rows ?? 0);
    expect(versions.map(({ id }) => id)).not.toContain('');
  });

  it('is not written unless somebody wants it', async () => {
    const opened = await open();
    await opened.source('full').transfer(opened.context(BEGINNING));
    expect(await listed(opened)).toEqual([]);
  });
});

interface Documents extends Bench {
  readonly versions: readonly DocumentVersion[];
  readonly run: (
    versions?: readonly DocumentVersion[],
    parts?: Parameters<typeof storeDocuments>[1],
  ) => ReturnType<typeof storeDocuments>;
}

/** The documents of a Full, some with a file and one without. */
async function openDocuments(): Promise<Documents> {
  const opened = await open();
  await opened.source('full', { listsDocuments: true }).transfer(opened.context(BEGINNING));
  const all = await listed(opened);
  const withFile = all.filter(({ source }) => source !== '' && source !== undefined).slice(0, 6);
  const versions = [...withFile, ...all.filter(({ source }) => source === '').slice(0, 1)];
  expect(versions).toHaveLength(7);
  const { client, store } = opened;
  const tools = {
    client,
    store,
    policy: { retries: 2, firstDelay: milliseconds(1) },
    signal: new AbortController().signal,
    log: silentLog,
    reference: 'veeva-7',
  };
  return { ...opened, versions, run: (wanted = versions, parts = ['source']) => storeDocuments(wanted, parts, tools) };
}

async function counts(running: ReturnType<typeof storeDocuments>): Promise<object> {
  const stored = await running;
  if (stored.kind === 'paused') return stored;
  const { bytes: _bytes, ...found } = countOutcomes(stored.outcomes);
  return found;
}

function idOf(versions: readonly DocumentVersion[], index: number): string {
  return versions[index]?.id ?? 'none';
}

/** The calls that a fault would strike: none where it is still there. */
function isUntouched({ vault }: Bench): boolean {
  return vault.faults.list().length > 0;
}

describe('the content of documents', () => {
  it('is stored under its version, exactly, with checksum and size beside it', async () => {
    const { run, store, versions } = await openDocuments();
    const stored = await run(versions, ['source', 'text']);
    if (stored.kind !== 'done') throw new Error('It was paused.');
    const [first] = stored.outcomes;
    if (first?.outcome !== 'stored') throw new Error('The first was not stored.');
    const [document, major, minor] = idOf(versions, 0).split('_');
    expect(first.key).toBe(`documents/${document}/${major}_${minor}/source/document ${document}.pdf`);
    const body = await text(await store.open(first.key));
    expect(body).toMatch(new RegExp(`^Source file of ${idOf(versions, 0)}\\.`));
    expect(first).toMatchObject({ bytes: versions[0]?.bytes, sha256: createHash('sha256').update(body).digest('hex') });
    expect(await store.find(first.key)).toMatchObject({ metadata: { version: first.version, reference: 'veeva-7' } });
    const { outcome: _outcome, ...receipt } = first;
    expect(JSON.parse((await store.findText(`documents/${document}/${major}_${minor}/source.json`)) ?? '')).toEqual(
      receipt,
    );
    const texts = stored.outcomes.flatMap((one) => (one.outcome === 'stored' && one.part === 'text' ? [one] : []));
    for (const { key, version } of texts) {
      expect(key).toMatch(/\/text\.txt$/);
      expect(await text(await store.open(key))).toContain(`Text of ${version}: größer`);
    }
    expect(texts.length).toBeGreaterThan(0);
  });

  it('is fetched once: a second try asks Vault for nothing', async () => {
    const opened = await openDocuments();
    expect(await counts(opened.run())).toEqual({ stored: 6, there: 0, withoutFile: 1, refused: 0 });
    opened.vault.faults.add({ kind: 'failure', endpoint: 'document_file', type: 'UNEXPECTED_ERROR', times: 1 });
    expect(await counts(opened.run())).toEqual({ stored: 0, there: 6, withoutFile: 1, refused: 0 });
    expect(isUntouched(opened)).toBe(true);
  });

  it('is fetched anew where the size of the version is another one, or the object is gone', async () => {
    const { run, store, versions } = await openDocuments();
    await run();
    const [first, second] = versions;
    if (first === undefined || second === undefined) throw new Error('There are too few versions.');
    const stored = await store.list(`documents/${second.id.split('_')[0]}/`);
    await store.removeAll(stored.filter(({ key }) => key.endsWith('.pdf')).map(({ key }) => key));
    expect(await counts(run([{ ...first, bytes: undefined }, second]))).toMatchObject({ stored: 2, there: 0 });
  });

  it('asks for no file of a placeholder', async () => {
    const opened = await openDocuments();
    opened.vault.faults.add({ kind: 'failure', endpoint: 'document_file', type: 'UNEXPECTED_ERROR', times: 1 });
    const placeholders = opened.versions.filter(({ source }) => source === '');
    expect(await counts(opened.run(placeholders, ['source', 'text']))).toMatchObject({ withoutFile: 2, stored: 0 });
    expect(isUntouched(opened)).toBe(true);
  });

  it.each<[string, Fault]>([
    ['a connection that breaks', { kind: 'reset', endpoint: 'document_file', afterBytes: 50, times: 2 }],
    ['a body that ends early', { kind: 'truncated', bytes: 10, times: 2 }],
    ['a session that ends', { kind: 'session_expired', endpoint: 'document_file', times: 1 }],
    ['a gateway that fails', { kind: 'status', endpoint: 'document_file', status: 503, times: 2 }],
    [
      'a failure that passes',
      { kind: 'failure', endpoint: 'document_file', type: 'UNEXPECTED_ERROR', status: 'EXCEPTION', times: 2 },
    ],
  ])('arrives in spite of %s', async (_what, fault) => {
    const opened = await openDocuments();
    opened.vault.faults.add(fault);
    expect(await counts(opened.run())).toEqual({ stored: 6, there: 0, withoutFile: 1, refused: 0 });
    expect(isUntouched(opened)).toBe(false);
  });

  it.each<[string, (file: string) => Fault, string]>([
    ['breaks each time', (file) => ({ kind: 'reset', endpoint: 'document_file', file }), 'E_VAULT_UNREACHABLE'],
    ['has another size', (file) => ({ kind: 'truncated', bytes: 10, file }), 'E_VAULT_CONTENT_SIZE'],
    ['is refused', (file) => ({ kind: 'failure', file, type: 'INSUFFICIENT_ACCESS' }), 'E_VAULT_PERMISSION'],
    ['is a failure in JSON', (file) => ({ kind: 'failure', file, type: 'UNEXPECTED_ERROR' }), 'E_VAULT_UNAVAILABLE'],
  ])('that %s is named, is not stored, keeps no other back, and is all that a retry fetches', async (...row) => {
    const [, fault, code] = row;
    const opened = await openDocuments();
    const bad = idOf(opened.versions, 2);
    opened.vault.faults.add(fault(bad));
    const failure = await failureOfAsync(() => opened.run());
    expect(failure).toMatchObject({
      code: 'E_DOCUMENTS_NOT_STORED',
      details: { documents: [{ version: bad, part: 'source', code }] },
    });
    expect(failure.message).toContain(`1 of 7 contents of documents could not be stored: ${bad} source (${code}`);
    const [document, major, minor] = bad.split('_');
    expect(await opened.store.list(`documents/${document}/${major}_${minor}/`)).toEqual([]);
    opened.vault.faults.clear();
    expect(await counts(opened.run())).toEqual({ stored: 1, there: 5, withoutFile: 1, refused: 0 });
  });

  it('that Vault no longer has is counted and said, not failed', async () => {
    const { run } = await openDocuments();
    const gone = { id: '999999_0_1', source: '/api/v26.1/objects/documents/999999/versions/0/1/file', bytes: 5 };
    const stored = await run([gone]);
    expect(stored).toMatchObject({
      outcomes: [{ outcome: 'refused', version: gone.id, why: expect.stringContaining('not found') }],
    });
  });

  it('of a version without a readable id is named', async () => {
    const { run } = await openDocuments();
    const failure = await failureOfAsync(() => run([{ id: '../../1', source: '/x' }]));
    expect(failure.message).toContain('E_DOCUMENT_ID');
  });

  it('waits as a whole where Vault limits calls', async () => {
    const opened = await openDocuments();
    opened.vault.faults.add({ kind: 'failure', endpoint: 'document_file', type: 'API_LIMIT_EXCEEDED', times: 1 });
    const failure = await failureOfAsync(() => opened.run());
    expect(failure).toBeInstanceOf(RemoteFailure);
    expect(failure).toMatchObject({ code: 'E_VAULT_BUSY', retryAfterMs: 60_000 });
  });

  it('leaves the last quarter of the burst limit to the loads, and goes on where it stopped', async () => {
    const opened = await openDocuments();
    opened.vault.faults.add({ kind: 'burst_remaining', endpoint: 'document_file', remaining: 499 });
    expect(await opened.run()).toEqual({ kind: 'paused' });
    opened.vault.faults.clear();
    const found = await counts(opened.run());
    expect(found).toMatchObject({ withoutFile: 1 });
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(found).not.toMatchObject({ there: 0 });
  });
});
