import { createReadStream } from 'node:fs';
import { Readable, pipeline } from 'node:stream';

import { parse } from 'csv-parse';

import { type ObjectStore, type TransferContext, stagePrefix } from '#framework';

import type { ExtractPlan } from '../stage/plan-extracts.ts';
import { DOCUMENT_VERSIONS, documentVersion, versionLine } from './document-version.ts';

/** Where the documents of a window have their lists, beside its staged rows: no table has such a name. */
export function documentsPrefix(root: string, context: Pick<TransferContext, 'pipelineId' | 'window'>): string {
  return `${stagePrefix(root, context)}_documents/`;
}

/** The key of the list in that folder. */
export function listKey(prefix: string): string {
  return `${prefix}versions.ndjson`;
}

export interface ListTools {
  readonly store: ObjectStore;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** Writes down which document versions a window brings, one a line, while its CSV is still at hand. */
export async function listVersions(extracts: readonly ExtractPlan[], { store, prefix, signal }: ListTools) {
  const updates = extracts.find(({ extract }) => extract === DOCUMENT_VERSIONS)?.updates;
  if (updates?.file === undefined || updates.records === 0) return;
  const lines = Readable.from(versionLines(updates.file.path), { objectMode: false });
  const metadata = { versions: String(updates.records) };
  await store.put(listKey(prefix), lines, { signal, metadata, contentType: 'application/x-ndjson' });
}

/** More forgiving than the conversion of the same file: what cannot be read there is refused there. */
const DIALECT = {
  bom: true,
  skip_empty_lines: true,
  relax_column_count: true,
  relax_quotes: true,
  max_record_size: 64_000_000,
} as const;

async function* versionLines(path: string): AsyncGenerator<string> {
  const rows: AsyncIterable<readonly string[]> = pipeline(createReadStream(path), parse(DIALECT), () => {});
  let header: readonly string[] | undefined;
  for await (const row of rows) {
    if (header === undefined) header = row.map((name) => name.trim().toLowerCase());
    else {
      const version = documentVersion(new Map(header.map((name, index) => [name, row[index] ?? ''])));
      // A row without an id is loaded nowhere; here it would only fail, again and again.
      if (version.id !== '') yield versionLine(version);
    }
  }
}
