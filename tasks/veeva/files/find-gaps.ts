import { type RecordId, type RecordStatus, Temporal, type Window, sameWindow, windowText } from '#framework';

import { type ExtractKind, KIND_FACTS } from './extract-kind.ts';
import type { ListedItem } from './file-list.ts';
import { matchWindow } from './match-window.ts';

/** A record as far as gaps are concerned. */
export interface GapRecord {
  readonly id: RecordId;
  readonly window: Window;
  readonly status: RecordStatus;
}

/** Something between Vault's list of files and the records that keeps data from the target. */
export interface Gap {
  readonly kind:
    /** Vault could not publish the file and tries again. */
    | 'hole'
    /** Vault should list the file by now and does not. */
    | 'late'
    /** Vault lists the file no more: it will not come back. */
    | 'expired'
    /** The file is there, and the window has failed or was cancelled. */
    | 'stopped'
    /** No record covers this time. */
    | 'no_record'
    /** Vault lists a file whose window is none of ours. */
    | 'odd_file';
  readonly window: Window;
  readonly record: RecordId | undefined;
  readonly file: string | undefined;
  readonly reason: string;
  readonly remedy: string;
}

export interface Compared {
  readonly kind: ExtractKind;
  /** The pipeline whose records these are, which loads what is missing. */
  readonly pipelineId: string;
  /** The pipeline whose Fulls cover that one; undefined where the project has none. */
  readonly coveredBy: string | undefined;
  /** What Vault lists. */
  readonly items: readonly ListedItem[];
  /** In any order. */
  readonly records: readonly GapRecord[];
  readonly now: Temporal.Instant;
}

/** Compares Vault's list with the records, oldest gap first. Windows that only wait for their turn are no gaps. */
export function findGaps(compared: Compared): readonly Gap[] {
  const records = compared.records.toSorted((a, b) => Temporal.Instant.compare(a.window.start, b.window.start));
  const gaps = [
    ...records.flatMap((record) => gapOf(record, compared)),
    ...timesWithoutRecord(records, compared.pipelineId),
    ...oddFiles(records, compared),
  ];
  return gaps.toSorted((a, b) => Temporal.Instant.compare(a.window.start, b.window.start));
}

function gapOf({ id, window, status }: GapRecord, { kind, pipelineId, coveredBy, items, now }: Compared): Gap | [] {
  if (status === 'COMPLETED') return [];
  const match = matchWindow(items, { kind, window, now });
  const gap = { window, record: id };
  switch (match.kind) {
    case 'file': {
      if (status !== 'FAILED' && status !== 'CANCELLED') return [];
      const reason = `its file is there, and the window is ${status}`;
      const remedy = `windrow explain record ${id}, then windrow records rerun ${id}`;
      return { ...gap, kind: 'stopped', file: match.file.name, reason, remedy };
    }
    case 'hole': {
      const remedy = `none needed: asked again at ${match.until.toString()}; tell Veeva Support where it stays`;
      return { ...gap, kind: 'hole', file: match.name, reason: match.reason, remedy };
    }
    case 'not_published': {
      const due = window.end.add({ milliseconds: KIND_FACTS[kind].lag });
      if (Temporal.Instant.compare(now, due) <= 0) return [];
      const remedy = match.isOtherZone
        ? nameZone(pipelineId)
        : 'none needed: asked again every minute; tell Veeva Support where it stays';
      return { ...gap, kind: 'late', file: undefined, reason: match.reason, remedy };
    }
    case 'expired':
      return {
        ...gap,
        kind: 'expired',
        file: undefined,
        reason: match.reason,
        remedy: EXPIRED[kind]({ id, pipelineId, coveredBy }),
      };
  }
}

function nameZone(pipelineId: string): string {
  return `name the zone of the Vault in the schedule of ${pipelineId}`;
}

interface Stuck extends Pick<Compared, 'pipelineId' | 'coveredBy'> {
  readonly id: RecordId;
}

const EXPIRED: Readonly<Record<ExtractKind, (stuck: Stuck) => string>> = {
  incremental: (stuck) => `${triggerFull(stuck)}: a new Full has all of it, and later windows go on behind it`,
  full: ({ pipelineId }) => `windrow dags trigger ${pipelineId} loads the newest one`,
  log: ({ id }) => `export the audit trail of that day in Vault, then windrow records skip ${id} --reason TEXT`,
};

function triggerFull({ pipelineId, coveredBy }: Stuck): string {
  return coveredBy === undefined
    ? `windrow dags trigger, of a pipeline that loads Fulls and covers ${pipelineId}`
    : `windrow dags trigger ${coveredBy}`;
}

function timesWithoutRecord(records: readonly GapRecord[], pipelineId: string): readonly Gap[] {
  return records.flatMap(({ window }, index) => {
    const next = records[index + 1]?.window.start;
    if (next === undefined || Temporal.Instant.compare(window.end, next) >= 0) return [];
    const missing = { start: window.end, end: next, zone: window.zone };
    return {
      kind: 'no_record',
      window: missing,
      record: undefined,
      file: undefined,
      reason: `no record covers ${windowText(missing)}`,
      remedy: `windrow backfill create --dag ${pipelineId} --from ${missing.start.toString()} --to ${missing.end.toString()}`,
    };
  });
}

/** Fulls are loaded on demand, so that a Full without a record is usual. */
function oddFiles(records: readonly GapRecord[], { kind, pipelineId, items }: Compared): readonly Gap[] {
  const [first, last] = [records.at(0)?.window.start, records.at(-1)?.window.end];
  if (kind === 'full' || first === undefined || last === undefined) return [];
  return items.flatMap((item) => {
    if (item.kind !== 'file' || item.extractKind !== kind) return [];
    const window = { start: item.start, end: item.stop, zone: 'UTC' };
    const isWithin = Temporal.Instant.compare(first, item.start) <= 0 && Temporal.Instant.compare(item.stop, last) <= 0;
    if (!isWithin || records.some((record) => isOf(kind, record.window, window))) return [];
    return {
      kind: 'odd_file',
      window,
      record: undefined,
      file: item.name,
      reason: `Vault lists ${item.name}, whose times are those of no record`,
      remedy:
        kind === 'log'
          ? nameZone(pipelineId)
          : 'none where records cover these times: each of them waits for the file with its own times',
    };
  });
}

/** Logs are matched by their stop: where clocks change, the start that Vault says need not be that of the day. */
function isOf(kind: ExtractKind, window: Window, file: Window): boolean {
  return kind === 'log' ? window.end.equals(file.end) : sameWindow(window, file);
}
