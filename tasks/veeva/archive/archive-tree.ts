import { DataFailure } from '#framework';

import type { Spooled } from './spool.ts';

/** The members of an archive by their path below the folder that holds manifest.csv, whatever the case of the letters. */
export interface ArchiveTree {
  readonly find: (path: string) => Spooled | undefined;
  /** Normalised path and member. */
  readonly members: ReadonlyMap<string, Spooled>;
}

const MANIFEST = 'manifest.csv';

/** @throws DataFailure `E_ARCHIVE_MANIFEST_MISSING` */
export function archiveTree(members: readonly Spooled[], archive: string): ArchiveTree {
  const top = topFolder(members, archive);
  const byPath = new Map(members.map((member) => [normalPath(withoutTop(member.member, top)), member]));
  return { find: (path) => byPath.get(normalPath(path)), members: byPath };
}

/** Some archives wrap everything in one more folder: the highest manifest.csv says where the tree begins. */
function topFolder(members: readonly Spooled[], archive: string): string {
  const [highest] = members
    .map(({ member }) => member)
    .filter((path) => path.toLowerCase() === MANIFEST || path.toLowerCase().endsWith(`/${MANIFEST}`))
    .toSorted((a, b) => a.split('/').length - b.split('/').length || a.localeCompare(b));
  if (highest !== undefined) return highest.slice(0, -MANIFEST.length);
  throw new DataFailure(
    'E_ARCHIVE_MANIFEST_MISSING',
    `The archive ${archive} has no manifest.csv among its ${members.length} files. Ask Veeva to publish the file again.`,
    { details: { archive, members: members.slice(0, 20).map(({ member }) => member) } },
  );
}

function withoutTop(path: string, top: string): string {
  return path.startsWith(top) ? path.slice(top.length) : path;
}

function normalPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').toLowerCase();
}
