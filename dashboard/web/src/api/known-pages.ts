import type { ChangeLog } from './change-log.ts';
import type { Change } from './changes.ts';

/** How old a page may be that a change may have added something to: which page that would be, a change does not tell. */
const FRESH_MS = 60_000;

/** What a change may name of an item of a list. */
export interface ItemNames {
  readonly runId: number | undefined;
  readonly recordId: number | undefined;
}

export interface ReadPages<Page> {
  readonly pages: readonly Page[];
  readonly pageParams: readonly unknown[];
}

/** When the pages of long lists were read: a page that nothing touched since then need not be read again. */
export class KnownPages {
  readonly #log: ChangeLog;
  readonly #readAt = new Map<string, { readonly position: number; readonly ms: number }>();

  constructor(log: ChangeLog) {
    this.#log = log;
  }

  /** To be called before the page is read: what changes meanwhile may not be in it. */
  noteRead(address: string, cursor: string, nowMs: number): void {
    this.#readAt.set(placeOf(address, cursor), { position: this.#log.position, ms: nowMs });
  }

  /** Of the pages of a list of one dag the one behind a cursor, if it is still true. */
  stillTrue<Item, Page extends { readonly items: readonly Item[] }>(
    { address, cursor, dagId, nowMs }: Place,
    { pages, pageParams }: ReadPages<Page>,
    namesOf: (item: Item) => ItemNames,
  ): Page | undefined {
    const page = pages[pageParams.indexOf(cursor)];
    const read = this.#readAt.get(placeOf(address, cursor));
    if (page === undefined || read === undefined) return undefined;
    const changes = this.#log.since(read.position)?.filter((change) => change.dagId === dagId || isOfAny(change));
    if (changes === undefined || touches(changes, page.items.map(namesOf))) return undefined;
    return changes.length > 0 && nowMs - read.ms > FRESH_MS ? undefined : page;
  }
}

interface Place {
  readonly address: string;
  readonly cursor: string;
  readonly dagId: string;
  readonly nowMs: number;
}

function placeOf(address: string, cursor: string): string {
  return `${address}#${cursor}`;
}

function isOfAny({ dagId, runId, recordId }: Change): boolean {
  return dagId === undefined && runId === undefined && recordId === undefined;
}

function touches(changes: readonly Change[], names: readonly ItemNames[]): boolean {
  const runs = new Set(names.map(({ runId }) => runId));
  const records = new Set(names.map(({ recordId }) => recordId));
  return changes.some(
    (change) =>
      isOfAny(change) ||
      (change.runId !== undefined && runs.has(change.runId)) ||
      (change.recordId !== undefined && records.has(change.recordId)),
  );
}
