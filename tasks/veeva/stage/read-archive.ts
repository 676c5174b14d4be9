import { DataFailure } from '#framework';

import { type ArchiveTree, archiveTree } from '../archive/archive-tree.ts';
import type { CsvFile } from '../archive/csv-records.ts';
import { readManifestCsv } from '../archive/manifest-csv.ts';
import { readMetadata, readMetadataDeletes } from '../archive/metadata.ts';
import type { Spooled } from '../archive/spool.ts';
import type { ExtractKind } from '../files/extract-kind.ts';
import type { ArchiveContent } from './plan-extracts.ts';

interface ReadingArchive {
  readonly archive: string;
  readonly kind: ExtractKind;
  readonly signal: AbortSignal;
}

/** Reads what describes an archive: its manifest and its metadata, before any data. */
export async function readArchive(
  members: readonly Spooled[],
  { archive, kind, signal }: ReadingArchive,
): Promise<ArchiveContent> {
  const tree = archiveTree(members, archive);
  const found = (path: string): readonly CsvFile[] => {
    const member = tree.find(path);
    return member === undefined ? [] : [{ path: member.path, member: `${member.member} of ${archive}`, signal }];
  };
  const lines = (await Promise.all(found('manifest.csv').map((file) => readManifestCsv(file, kind)))).flat();
  const changes = await readMetadata(found('Metadata/metadata.csv'));
  const full = found('metadata_full.csv');
  // A Full may describe everything in Metadata/metadata.csv instead; elsewhere that file holds changes only.
  if (full.length === 0 && (kind !== 'full' || changes.size === 0)) throw undescribed(archive);
  const registry = await readMetadata([...full, ...found('Metadata/metadata.csv')]);
  const metadataDeletes = (await Promise.all(found('Metadata/metadata_deletes.csv').map(readMetadataDeletes))).flat();
  return { archive, kind, tree, lines, registry, changes, metadataDeletes };
}

/** Whether the files are there that describe an archive: then more of them may only change what they say. */
export function isDescribed({ find }: ArchiveTree, kind: ExtractKind): boolean {
  return find('metadata_full.csv') !== undefined || (kind === 'full' && find('Metadata/metadata.csv') !== undefined);
}

function undescribed(archive: string): DataFailure {
  return new DataFailure(
    'E_ARCHIVE_METADATA_MISSING',
    `The archive ${archive} has no metadata that describes every column (metadata_full.csv), so the types of its values are unknown. ` +
      `Nothing was loaded. Ask Veeva to publish the file again.`,
    { details: { archive } },
  );
}
