import { RefusedArchive } from './refused-archive.ts';

/** What a tar header says about a member, as far as it matters. */
export interface MemberHeader {
  readonly name: string;
  readonly type?: string | null | undefined;
}

/** A member to keep, or a folder entry, which says nothing. */
export type Member = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'folder' };

const KEPT = new Set(['file', 'contiguous-file']);

/**
 * Reads a member's name as data: forward slashes, no leading `./`.
 * @throws RefusedArchive `E_ARCHIVE_MEMBER_REFUSED` for anything that could leave the folder or is not a plain file
 */
export function memberPath(header: MemberHeader, archive: string): Member {
  const type = header.type === null ? 'member of an unknown type' : (header.type ?? 'file');
  const path = header.name.replace(/^(\.\/)+/, '');
  const problem = problemOf(path, type);
  if (problem !== undefined) {
    throw new RefusedArchive({
      code: 'E_ARCHIVE_MEMBER_REFUSED',
      message:
        `The archive ${archive} holds the member ${JSON.stringify(header.name.slice(0, 200))}, ${problem}. Nothing of the archive was loaded; ` +
        `a genuine Direct Data file has plain files with relative paths only: find out where this one comes from.`,
      details: { archive, member: header.name.slice(0, 200), type },
    });
  }
  return type === 'directory' || path === '' || path === '.' ? { kind: 'folder' } : { kind: 'file', path };
}

function problemOf(path: string, type: string): string | undefined {
  if (type !== 'directory' && !KEPT.has(type)) return `which is a ${type} and not a plain file`;
  if (path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:/.test(path)) return 'which has an absolute path';
  if (path.split(/[/\\]/).includes('..')) return 'whose path climbs with ".."';
  if (path.includes('\\') || hasControlCharacter(path)) return 'whose path holds a backslash or a control character';
  if (type !== 'directory' && (path === '' || path.endsWith('/'))) return 'which is a file without a name';
  return undefined;
}

function hasControlCharacter(path: string): boolean {
  return Buffer.from(path).some((byte) => byte < 0x20);
}
