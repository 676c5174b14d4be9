import type { ArchiveEntry } from '../archive/entry.ts';
import { applyContentFault } from './content-faults.ts';
import type { ArchiveFault } from './fault.ts';
import { applyLayoutFault, isLayoutFault } from './layout-faults.ts';

/** The members of an archive after the faults, one after the other. */
export function applyArchiveFaults(
  entries: readonly ArchiveEntry[],
  faults: readonly ArchiveFault[],
): readonly ArchiveEntry[] {
  return faults.reduce(
    (current, fault) => (isLayoutFault(fault) ? applyLayoutFault(current, fault) : applyContentFault(current, fault)),
    entries,
  );
}
