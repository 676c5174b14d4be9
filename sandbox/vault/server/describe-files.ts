import type { Temporal } from '#framework';
import type { ExtractType } from '../calendar.ts';
import type { Vault } from '../vault.ts';

/** A file as the stand-in itself sees it: no list fault hides or changes it. */
export interface VaultFile {
  readonly name: string;
  readonly type: ExtractType;
  readonly start: Temporal.Instant;
  readonly stop: Temporal.Instant;
  readonly records: number;
  readonly bytes: number;
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly md5: string }[];
}

/** What is published now, by stop time. */
export async function describeFiles(vault: Vault): Promise<readonly VaultFile[]> {
  const files: VaultFile[] = [];
  for (const file of await vault.publisher.listed()) {
    const { name, type, start, stop, records } = file;
    const parts = (await vault.parts.partsOf(file)).map((part) => ({
      name: part.name,
      bytes: part.bytes.length,
      md5: part.md5,
    }));
    files.push({ name, type, start, stop, records, bytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts });
  }
  return files;
}
