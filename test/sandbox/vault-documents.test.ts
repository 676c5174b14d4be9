import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openVault, type VaultBench } from './vault-client.ts';

let bench: VaultBench;
beforeEach(async () => {
  bench = await openVault();
});
afterEach(() => bench.vault.close());

const FULL = '143462-20260120-0800-F';
const VERSIONS = 'Document/document_version__sys.csv';

async function versions(): Promise<Record<string, string>[]> {
  return (await bench.client.open(await bench.client.item(FULL))).records(VERSIONS);
}

async function someVersion(isWanted: (row: Record<string, string>) => boolean): Promise<Record<string, string>> {
  const row = (await versions()).find(isWanted);
  if (row === undefined) throw new Error('The Vault holds no such version.');
  return row;
}

const hasFile = ({ source_file: file }: Record<string, string>): boolean => file !== '';

function path(row: Record<string, string>, content: string): string {
  return `objects/documents/${row['doc_id']}/versions/${row['major_version_number']}/${row['minor_version_number']}/${content}`;
}

describe('content of documents', () => {
  it('is the file of each version, as long as size__v says, at the address that the export gives', async () => {
    for (const row of (await versions()).filter(hasFile).slice(0, 5)) {
      const answer = await fetch(`${bench.vault.url}${row['source_file']}`, {
        headers: { Authorization: bench.client.session },
      });
      expect(answer.headers.get('content-type')).toContain('application/octet-stream');
      expect(answer.headers.get('content-disposition')).toContain(`filename="document ${row['doc_id']}.pdf"`);
      const body = await answer.text();
      expect(body).toHaveLength(Number(row['size__v']));
      expect(body).toContain(`Source file of ${row['id']}.`);
    }
  });

  it('is plain text where the file has any, and a failure with HTTP 200 where it has none', async () => {
    const silent = ({ doc_id: id }: Record<string, string>): boolean => Number(id) % 7 === 0;
    const spoken = await someVersion((row) => hasFile(row) && !silent(row));
    const answer = await bench.client.call(path(spoken, 'text'));
    expect(answer.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
    expect(await answer.text()).toContain(`Text of ${spoken['id']}`);
    expect(await bench.client.failureOf(path(await someVersion(silent), 'text'))).toBe('INVALID_DATA');
  });

  it('is refused of placeholders, unknown versions and without a session', async () => {
    const placeholder = await someVersion((row) => !hasFile(row));
    expect(placeholder['size__v']).toBe('');
    expect(await bench.client.failureOf(path(placeholder, 'file'))).toBe('INVALID_DATA');
    expect(await bench.client.failureOf('objects/documents/999999/versions/0/1/file')).toBe('INVALID_DATA');
    const address = path(await someVersion(hasFile), 'file');
    bench.client.session = '';
    expect(await bench.client.failureOf(address)).toBe('INVALID_SESSION_ID');
  });

  it('meets the faults of its own endpoint and version', async () => {
    const row = await someVersion(hasFile);
    const file = row['id'] ?? '';
    bench.vault.faults.add(
      { kind: 'burst_remaining', endpoint: 'document_file', remaining: 3, times: 1 },
      { kind: 'failure', endpoint: 'document_file', file, type: 'UNEXPECTED_ERROR', times: 1 },
      { kind: 'reset', endpoint: 'document_file', file, afterBytes: 10, times: 1 },
      { kind: 'truncated', bytes: 7, file, times: 1 },
    );
    const refused = await bench.client.call(path(row, 'file'));
    expect(refused.headers.get('x-vaultapi-burstlimitremaining')).toBe('3');
    expect(await refused.json()).toMatchObject({ errors: [{ type: 'UNEXPECTED_ERROR' }] });
    await expect(bench.client.call(path(row, 'file')).then((answer) => answer.text())).rejects.toThrow('terminated');
    expect(await (await bench.client.call(path(row, 'file'))).text()).toHaveLength(7);
    expect(await (await bench.client.call(path(row, 'file'))).text()).toHaveLength(Number(row['size__v']));
  });
});
