import { type ArchiveEntry, memberOf } from '../archive/entry.ts';
import type { ArchiveFault } from './fault.ts';

const LAYOUT_FAULTS = [
  'missing_member',
  'member',
  'duplicate_member',
  'directory_entries',
  'extra_folder',
  'members_reversed',
] as const;

/** Faults that change which members there are, not what they hold. */
export type LayoutFault = Extract<ArchiveFault, { kind: (typeof LAYOUT_FAULTS)[number] }>;

type Entries = readonly ArchiveEntry[];

export function isLayoutFault(fault: ArchiveFault): fault is LayoutFault {
  return LAYOUT_FAULTS.some((kind) => kind === fault.kind);
}

export function applyLayoutFault(entries: Entries, fault: LayoutFault): Entries {
  switch (fault.kind) {
    case 'missing_member':
      return entries.filter((entry) => entry.name !== memberOf(fault.extract));
    case 'member':
      return [...entries, foreignMember(fault)];
    case 'duplicate_member':
      return [...entries, ...entries.filter((entry) => entry.name === memberOf(fault.extract))];
    case 'directory_entries':
      return [...foldersOf(entries), ...entries];
    case 'extra_folder':
      return inFolder(entries, fault.name);
    case 'members_reversed':
      return entries.toReversed();
  }
}

function foreignMember({ name, type, linkname }: Extract<LayoutFault, { kind: 'member' }>): ArchiveEntry {
  const body = Buffer.from(type === 'file' ? 'id\nplanted\n' : '');
  return linkname === undefined ? { name, type, body } : { name, type, body, linkname };
}

function foldersOf(entries: Entries): ArchiveEntry[] {
  const names = entries.flatMap(({ name }) => (name.includes('/') ? [name.slice(0, name.indexOf('/') + 1)] : []));
  return [...new Set(names)].map((name) => directory(name));
}

function inFolder(entries: Entries, folder: string): Entries {
  return [directory(`${folder}/`), ...entries.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` }))];
}

function directory(name: string): ArchiveEntry {
  return { name, type: 'directory', body: Buffer.alloc(0) };
}
