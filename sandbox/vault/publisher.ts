import { readFile } from 'node:fs/promises';

import type { Temporal } from '#framework';
import {
  type Contents,
  type TableContent,
  fullContents,
  incrementalContents,
  logContents,
} from './archive/contents.ts';
import { packArchive } from './archive/tar-gz.ts';
import { daysUpTo, type Day, endsWithFull, type ExtractType, fileName, windowStop, windowsUpTo } from './calendar.ts';
import { type FullTable, fullOnlyTables } from './model/content/full-content.ts';
import { logsOf } from './model/audit-logs.ts';
import type { ChangeSet } from './model/change-set.ts';
import { type Evolution, WINDOW_MS } from './model/evolution.ts';
import { logExtracts } from './model/fixed-extracts.ts';
import type { Table } from './model/table.ts';
import type { VaultOptions } from './options.ts';
import { evolutionFrom, initialState, logDay } from './vault-model.ts';

export interface PublishedFile {
  readonly name: string;
  readonly type: ExtractType;
  readonly start: Temporal.Instant;
  readonly stop: Temporal.Instant;
  readonly listedFrom: Temporal.Instant;
  readonly records: number;
  /** The whole archive, before it is cut into parts. */
  readonly bytes: Buffer;
}

type Times = Omit<PublishedFile, 'name' | 'records' | 'bytes'>;

const ORIGIN = '2000-01-01T00:00:00Z';

/** Makes the files as their time comes. What a file holds depends on the options only, not on when it is asked for. */
export class Publisher {
  readonly #options: VaultOptions;
  readonly #evolution: Evolution;
  #files: PublishedFile[] = [];
  #isEnabled = false;
  #days = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#evolution = evolutionFrom(options, initialState(options));
  }

  /** The files that are listed now, by stop time. */
  async listed(): Promise<readonly PublishedFile[]> {
    const now = this.#options.clock.now();
    const turn = this.#turn.then(() => this.#publishUpTo(now));
    this.#turn = turn.catch(() => undefined);
    await turn;
    return this.#files.filter((file) => isBefore(file.listedFrom, now));
  }

  /** A table as it is after the newest window that is published. */
  async findTable(extract: string): Promise<Table | undefined> {
    await this.listed();
    return this.#evolution.state.find(extract);
  }

  async #publishUpTo(now: Temporal.Instant): Promise<void> {
    const { enabledAt, incrementalDelay } = this.#options;
    if (!isBefore(enabledAt, now)) return;
    if (!this.#isEnabled) {
      this.#isEnabled = true;
      await this.#publishFirstFull(enabledAt);
      await this.#publishLogs(enabledAt, now);
    }
    const due = windowsUpTo(this.#options, now.subtract({ milliseconds: incrementalDelay }));
    while (this.#evolution.windows < due) await this.#publishWindow(now);
    this.#files = this.#files.filter((file) => this.#isKept(file, now)).toSorted(byStop);
  }

  async #publishWindow(now: Temporal.Instant): Promise<void> {
    const { incrementalDelay, incrementalRetention, dailyDelay } = this.#options;
    const changes = this.#evolution.advance();
    const stop = windowStop(this.#options, this.#evolution.windows);
    const listedFrom = stop.add({ milliseconds: incrementalDelay });
    const isListed = isBefore(now, listedFrom.add({ milliseconds: incrementalRetention }));
    if (isListed) await this.#publishIncremental(changes, { stop, listedFrom });
    await this.#publishLogs(stop, now);
    if (endsWithFull(this.#options, stop)) await this.#publishFull(stop, stop.add({ milliseconds: dailyDelay }));
  }

  async #publishIncremental(changes: ChangeSet, times: Pick<PublishedFile, 'stop' | 'listedFrom'>): Promise<void> {
    const start = times.stop.subtract({ milliseconds: WINDOW_MS });
    await this.#publish({ type: 'incremental_directdata', start, ...times }, incrementalContents(changes));
  }

  async #publishFirstFull(stop: Temporal.Instant): Promise<void> {
    const { firstFull } = this.#options;
    if (firstFull === undefined) return this.#publishFull(stop, stop);
    const { path, records } = firstFull;
    this.#add({ ...fullTimes(stop), listedFrom: stop }, { bytes: await readFile(path), records });
  }

  async #publishFull(stop: Temporal.Instant, listedFrom: Temporal.Instant): Promise<void> {
    const tables = this.#evolution.state.tables().map((table): TableContent => ({
      extract: table.extract,
      rows: table.rows(),
      count: table.size,
    }));
    const only = fullOnlyTables(this.#options.content, stop.epochMilliseconds).map((table) => ({
      ...table,
      count: table.rows.length,
    }));
    const [described, others] = [only.filter(isDescribed), only.filter((table) => !isDescribed(table))];
    await this.#publish({ ...fullTimes(stop), listedFrom }, fullContents([...tables, ...described], others));
  }

  /** Together with the window that ends the day, so that the schema in the file is the one of that moment. */
  async #publishLogs(stop: Temporal.Instant, now: Temporal.Instant): Promise<void> {
    const { dailyDelay, dailyRetention, enabledAt } = this.#options;
    for (const day of daysUpTo(this.#options, stop).slice(this.#days)) {
      this.#days += 1;
      const due = day.stop.add({ milliseconds: dailyDelay });
      const listedFrom = isBefore(due, enabledAt) ? enabledAt : due;
      if (isBefore(now, listedFrom.add({ milliseconds: dailyRetention }))) await this.#publishLog(day, listedFrom);
    }
  }

  async #publishLog(day: Day, listedFrom: Temporal.Instant): Promise<void> {
    const tables = logsOf(logDay(this.#options, day)).map(({ extract, rows }) => ({
      extract,
      rows,
      count: rows.length,
    }));
    const schema = this.#evolution.state.tables().map((table) => table.extract);
    await this.#publish(
      { type: 'log_directdata', ...day, listedFrom },
      logContents(tables, [...schema, ...logExtracts()]),
    );
  }

  async #publish(times: Times, contents: Contents): Promise<void> {
    this.#add(times, { bytes: await packArchive(contents.entries), records: contents.records });
  }

  #add(times: Times, archive: Pick<PublishedFile, 'bytes' | 'records'>): void {
    const name = fileName(this.#options.vaultId, times.type, times.stop);
    this.#files.push({ ...times, name, ...archive });
  }

  /** The newest Full stays, so that a Vault without daily Fulls can be loaded at any time. */
  #isKept(file: PublishedFile, now: Temporal.Instant): boolean {
    const { incrementalRetention, dailyRetention } = this.#options;
    const retention = file.type === 'incremental_directdata' ? incrementalRetention : dailyRetention;
    const newestFull = this.#files.findLast(
      (other) => other.type === 'full_directdata' && isBefore(other.listedFrom, now),
    );
    return file === newestFull || isBefore(now, file.listedFrom.add({ milliseconds: retention }));
  }
}

function fullTimes(stop: Temporal.Instant): Pick<Times, 'type' | 'start' | 'stop'> {
  const start = stop.subtract({ milliseconds: stop.epochMilliseconds - Date.parse(ORIGIN) });
  return { type: 'full_directdata', start, stop };
}

function isDescribed(table: Pick<FullTable, 'isDescribed'>): boolean {
  return table.isDescribed;
}

/** At or before. */
function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return a.epochNanoseconds <= b.epochNanoseconds;
}

function byStop(a: PublishedFile, b: PublishedFile): number {
  return a.stop.epochMilliseconds - b.stop.epochMilliseconds;
}
