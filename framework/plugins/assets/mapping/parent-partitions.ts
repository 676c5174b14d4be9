import { type Temporal, type Window, previousWindow, sameWindow } from '#framework';

import { closedWindowKeys, namedKey, partitionKey } from '../partition-key.ts';
import { type Partition, type Partitions, type WindowPartitions, namesOf, windowsOf } from '../partitions.ts';
import type { PartitionMapping } from '../partition-mapping.ts';
import { windowAside, windowsAcross } from './windows-across.ts';

export interface ParentQuestion {
  readonly child: Partition;
  readonly parent: Partitions | undefined;
  /** Absent: of the same window and name, or all of what is cut otherwise. */
  readonly mapping: PartitionMapping | undefined;
}

/**
 * The keys of the partitions of a parent that a partition is made from; null names a parent that is one whole. Windows before the
 * parent begins are left out: there is nothing of them to wait for. With `same` the key may be one that never exists.
 */
export function parentPartitions(question: ParentQuestion, now: Temporal.Instant): readonly (string | null)[] {
  const { parent } = question;
  if (parent === undefined) return [null];
  const cut = windowsOf(parent);
  const list = namesOf(parent);
  const names = list === undefined ? [undefined] : neededNames(question, list.names);
  if (cut === undefined) return names.flatMap((name) => name ?? []);
  const keys = neededKeys(question, cut, now);
  return keys.flatMap((key) => names.map((name) => (name === undefined ? key : namedKey(key, name))));
}

function neededKeys(
  { child: { window }, mapping = { kind: 'windows' } }: ParentQuestion,
  cut: WindowPartitions,
  now: Temporal.Instant,
): readonly string[] {
  const { windows: kind, start } = cut;
  const isThere = (each: Window): boolean => each.start.epochMilliseconds >= start.epochMilliseconds;
  const keysOf = (windows: readonly Window[]) => windows.map((each) => partitionKey(cut, { window: each }));
  if (mapping.kind === 'last') return keysOf([previousWindow(kind, now)].filter(isThere));
  // One whole may be made from 100,000 quarters of an hour: their keys alone take a tenth of the time of their windows.
  if (mapping.kind === 'all' || window === undefined) return [...closedWindowKeys(cut, now)].map(({ key }) => key);
  const across = windowsAcross(kind, window);
  switch (mapping.kind) {
    case 'windows':
      return keysOf(across.filter(isThere));
    case 'same':
      return keysOf([across.find((each) => sameWindow(each, window)) ?? window]);
    case 'offset':
      return keysOf(
        across
          .slice(0, 1)
          .map((each) => windowAside(kind, each, mapping.by))
          .filter(isThere),
      );
  }
}

function neededNames({ child, mapping }: ParentQuestion, names: readonly string[]): readonly string[] {
  if (mapping?.kind === 'all') return names;
  if (mapping?.kind === 'last' && child.name === undefined) return names.slice(-1);
  return child.name !== undefined && names.includes(child.name) ? [child.name] : names;
}
