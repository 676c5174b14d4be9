import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import type { ObjectStore } from '#framework';
import { listRuns, operations, showRun } from '#framework/operate';
import { s3Connection } from '#tasks/s3';

import { eventually } from '../support/engine.ts';
import { ENABLED_AT, type VeevaInstallation, loadFull, openVeeva, windowEnd } from '../support/veeva-installation.ts';

let veeva: VeevaInstallation | undefined;

afterEach(async () => {
  await veeva?.close();
  veeva = undefined;
});

async function open(content: string): Promise<VeevaInstallation> {
  const environment = { VAULT_DOCUMENT_CONTENT: content };
  veeva = await openVeeva({ environment, vault: { objects: 2, rows: 120, changesPerWindow: 80 } });
  return veeva;
}

interface Version {
  readonly id: string;
  readonly isPlaceholder: boolean;
}

function versionsAt({ sandbox }: VeevaInstallation, upTo = ENABLED_AT): Version[] {
  const table = sandbox.vault.truth(upTo).find((one) => one.table === 'document_version__sys');
  const column = (name: string): number => table?.columns.findIndex((one) => one.name === name) ?? -1;
  const [id, file] = [column('id'), column('source_file')];
  return (table?.rows ?? []).map((row) => ({ id: row[id] ?? '', isPlaceholder: row[file] === '' }));
}

function storeOf({ windrow }: VeevaInstallation): Promise<ObjectStore> {
  return windrow.connections.get(s3Connection).then(({ store }) => store);
}

/** The newest run about documents once it has ended in this state. */
async function ended({ windrow }: VeevaInstallation, state: 'success' | 'failed'): Promise<number> {
  return eventually(`a ${state} of veeva_documents`, async () => {
    const [newest] = await listRuns(windrow.store.database, { dagId: 'veeva_documents', limit: 1 });
    return newest?.state === state ? Number(newest.id) : undefined;
  });
}

function folderOf(version: string): string {
  const [document, major, minor] = version.split('_');
  return `documents/${document}/${major}_${minor}/`;
}

async function manifests(store: ObjectStore): Promise<readonly unknown[]> {
  const keys = (await store.list('stage/'))
    .map(({ key }) => key)
    .filter((key) => key.endsWith('_documents/_manifest.json'));
  return Promise.all(keys.map(async (key) => JSON.parse((await store.findText(key)) ?? '')));
}

describe('the content of documents, from Vault to S3', () => {
  it('follows the load of the rows: a document that fails is named and fetched by itself, and windows bring what changed', async () => {
    const opened = await open('both');
    const { windrow, clock, sandbox } = opened;
    const versions = versionsAt(opened);
    const files = versions.filter(({ isPlaceholder }) => !isPlaceholder);
    const bad = files[1]?.id ?? '';
    sandbox.vault.faults.add({ kind: 'failure', endpoint: 'document_file', file: bad, type: 'INSUFFICIENT_ACCESS' });
    await loadFull(opened);
    clock.moveTo(ENABLED_AT.add({ minutes: 3 }));

    const run = await ended(opened, 'failed');
    const store = await storeOf(opened);
    expect(JSON.stringify(await showRun(windrow.store.database, run))).toContain(`${bad} source (E_VAULT_PERMISSION`);
    const sources = async (): Promise<number> =>
      (await store.list('documents/')).filter(({ key }) => key.includes('/source/')).length;
    expect(await sources()).toBe(files.length - 1);
    expect(await manifests(store)).toEqual([]);

    sandbox.vault.faults.clear();
    const again = { kind: 'failed' } as const;
    await operations(windrow).rerunTasks({ run }, again, { dryRun: false, by: 'test' });
    expect(await ended(opened, 'success')).toBe(run);
    expect(await sources()).toBe(files.length);
    const key = `${folderOf(bad)}source/document ${bad.split('_')[0]}.pdf`;
    expect(await text(await store.open(key))).toMatch(new RegExp(`^Source file of ${bad}\\.`));
    const [manifest] = await manifests(store);
    expect(manifest).toMatchObject({
      pipelineId: 'veeva_full',
      versions: versions.length,
      withoutFile: 2 * (versions.length - files.length),
    });
    expect(await store.list('documents/_windows/')).toEqual([]);

    opened.publish(3);
    for (const window of [1, 2, 3]) await opened.completed(window);
    const before = new Set(versions.map(({ id }) => id));
    const added = versionsAt(opened, windowEnd(3)).filter(({ id, isPlaceholder }) => !before.has(id) && !isPlaceholder);
    expect(added.length).toBeGreaterThan(0);
    clock.moveTo(clock.now().add({ minutes: 2 }));
    await eventually('the content of all versions that the windows brought', async () => {
      const keys = (await store.list('documents/')).map(({ key: name }) => name);
      const isStored = ({ id }: Version): boolean => keys.some((name) => name.startsWith(`${folderOf(id)}source/`));
      return added.every(isStored) && !keys.some((name) => name.startsWith('documents/_windows/')) ? true : undefined;
    });
    expect(await sources()).toBe(files.length + added.length);
  });

  it('is left alone by default: no list, no run, no call', async () => {
    const opened = await open('');
    const call = { kind: 'failure', type: 'INVALID_DATA', times: 1 } as const;
    opened.sandbox.vault.faults.add({ ...call, endpoint: 'document_file' }, { ...call, endpoint: 'document_text' });
    await loadFull(opened);
    opened.publish(1);
    await opened.completed(1);
    const store = await storeOf(opened);
    expect(await store.list('documents/')).toEqual([]);
    expect((await store.list('stage/')).filter(({ key }) => key.includes('_documents'))).toEqual([]);
    expect(await listRuns(opened.windrow.store.database, { dagId: 'veeva_documents', limit: 1 })).toEqual([]);
    expect(opened.sandbox.vault.faults.list()).toHaveLength(2);
  });
});
