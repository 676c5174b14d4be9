import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { Blobs } from './blobs.ts';
import {
  type BucketState,
  type Change,
  type StoredVersion,
  type Upload,
  type Version,
  type Versioning,
  apply,
  blobsOf,
  changesTo,
  emptyState,
} from './bucket-state.ts';
import { S3Error } from './errors.ts';
import { firstAtLeast } from './listing.ts';

/**
 * One bucket: its state in memory, its changes in a journal, its bytes in blobs. `commit` is synchronous, so that a
 * condition checked just before it still holds: that alone makes exactly one of many racing creators win.
 */
export class Bucket {
  readonly blobs: Blobs;
  readonly #state: BucketState;
  readonly #keys: string[];
  readonly #journal: number;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.blobs = new Blobs(join(directory, 'blobs'));
    const path = join(directory, 'journal.jsonl');
    this.#state = replay(path);
    this.#keys = [...this.#state.versions.keys()].filter((key) => this.find(key) !== undefined);
    this.#keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    this.blobs.removeAllBut(blobsOf(this.#state));
    this.#journal = openSync(path, 'a');
  }

  get versioning(): Versioning {
    return this.#state.versioning;
  }

  /** Keys that have a current object, in UTF-8 byte order. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  get uploads(): readonly Upload[] {
    return [...this.#state.uploads.values()];
  }

  get isEmpty(): boolean {
    return this.#state.versions.size === 0;
  }

  find(key: string, versionId?: string): StoredVersion | undefined {
    const version = this.findVersion(key, versionId);
    return version?.kind === 'object' ? version : undefined;
  }

  /** The current version, or the named one; may be a delete marker. */
  findVersion(key: string, versionId?: string): Version | undefined {
    const list = this.#state.versions.get(key);
    return versionId === undefined ? list?.[0] : list?.find((version) => version.versionId === versionId);
  }

  versionsOf(key: string): readonly Version[] {
    return this.#state.versions.get(key) ?? [];
  }

  /** Every key with any version, in UTF-8 byte order. */
  get allKeys(): readonly string[] {
    return [...this.#state.versions.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** @throws S3Error `NoSuchUpload` */
  upload(id: string, key: string): Upload {
    const upload = this.#state.uploads.get(id);
    if (upload?.key === key) return upload;
    throw new S3Error('NoSuchUpload', 'The specified upload does not exist. It may have been aborted or completed.');
  }

  commit(change: Change): void {
    writeSync(this.#journal, `${JSON.stringify(change)}\n`);
    const unused = apply(this.#state, change);
    if (change.change === 'put' || change.change === 'remove') this.#index(change.key);
    this.blobs.remove(unused);
  }

  close(): void {
    closeSync(this.#journal);
  }

  #index(key: string): void {
    const at = firstAtLeast(this.#keys, key);
    const isListed = this.#keys[at] === key;
    const isThere = this.find(key) !== undefined;
    if (isThere && !isListed) this.#keys.splice(at, 0, key);
    if (!isThere && isListed) this.#keys.splice(at, 1);
  }
}

/** Reads the journal, forgets a torn last line, and writes the journal anew without what is history. */
function replay(path: string): BucketState {
  const state = emptyState();
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const change = readChange(line);
    if (change !== undefined) apply(state, change);
  }
  const lines = changesTo(state).map((change) => `${JSON.stringify(change)}\n`);
  writeFileSync(`${path}.new`, lines.join(''));
  renameSync(`${path}.new`, path);
  return state;
}

/** Lines are written by `commit` alone; only the last one of a killed process can be torn. */
function readChange(line: string): Change | undefined {
  try {
    const change: Change = JSON.parse(line);
    return change;
  } catch {
    return undefined;
  }
}
