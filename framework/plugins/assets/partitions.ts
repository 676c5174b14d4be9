import { DefinitionFailure, Temporal, type Window, type WindowKind, formatDuration, parseWindowKind } from '#framework';

/** How an asset is cut into parts that are materialized one by one. */
export type Partitions = WindowPartitions | StaticPartitions | ProductPartitions;

/** One partition per window, of the kinds that schedules have; the first window begins at `start` or later. */
export interface WindowPartitions {
  readonly kind: 'windows';
  readonly windows: WindowKind;
  readonly start: Temporal.Instant;
}

/** A list of names that does not change while the project runs. */
export interface StaticPartitions {
  readonly kind: 'static';
  readonly names: readonly string[];
}

/** Every window with every name. */
export interface ProductPartitions {
  readonly kind: 'product';
  readonly windows: WindowPartitions;
  readonly names: StaticPartitions;
}

/** What a partition is made of; its text is its key. */
export interface Partition {
  readonly window?: Window;
  readonly name?: string;
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

/**
 * Partitions by window: `windows('15m', { start: '2026-01-01T00:00Z' })` or `windows('1 day in Europe/Berlin', { start })`.
 * @throws DefinitionFailure `E_WINDOW_UNREADABLE`, `E_INSTANT_UNREADABLE`, `E_DURATION_UNREADABLE`, `E_ZONE_UNKNOWN`
 */
export function windows(kind: string, { start }: { readonly start: string }): WindowPartitions {
  return { kind: 'windows', windows: parseWindowKind(kind), start: instantOf(start) };
}

/** @throws DefinitionFailure `E_ASSET_PARTITIONS` */
export function names(...all: readonly string[]): StaticPartitions {
  const wrong = all.find((name, index) => !NAME.test(name) || all.indexOf(name) !== index);
  if (wrong === undefined && all.length > 0) return { kind: 'static', names: all };
  throw new DefinitionFailure(
    'E_ASSET_PARTITIONS',
    `Static partitions cannot have the name "${wrong ?? ''}": expected one or more names of letters, digits, "_", "-" and ".", each once.`,
  );
}

export function product(windows: WindowPartitions, names: StaticPartitions): ProductPartitions {
  return { kind: 'product', windows, names };
}

/** The partitions by window in it, if there are any. */
export function windowsOf(partitions: Partitions | undefined): WindowPartitions | undefined {
  if (partitions === undefined || partitions.kind === 'static') return undefined;
  return partitions.kind === 'windows' ? partitions : partitions.windows;
}

/** The names in it, if there are any. */
export function namesOf(partitions: Partitions | undefined): StaticPartitions | undefined {
  if (partitions === undefined || partitions.kind === 'windows') return undefined;
  return partitions.kind === 'static' ? partitions : partitions.names;
}

/** One text for each way of cutting, so that two can be compared. */
export function partitionsText(partitions: Partitions): string {
  const cut = windowsOf(partitions);
  const list = namesOf(partitions);
  const parts = [...(cut === undefined ? [] : [kindText(cut)]), ...(list === undefined ? [] : [list.names.join(', ')])];
  return parts.join(' x ');
}

function kindText({ windows, start }: WindowPartitions): string {
  const length = windows.kind === 'fixed' ? formatDuration(windows.lengthMs) : `${windows.count} ${windows.unit}`;
  return `${length} in ${windows.zone} from ${start.toString({ smallestUnit: 'minute' })}`;
}

function instantOf(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch (cause) {
    throw new DefinitionFailure(
      'E_INSTANT_UNREADABLE',
      `Cannot read the start of partitions "${text}". Expected a moment with its offset, such as 2026-01-20T00:00Z.`,
      { cause },
    );
  }
}
