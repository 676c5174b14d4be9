import type { Checksum, ChecksumAlgorithm } from './checksum.ts';
import type { Segment } from './blobs.ts';

/** Headers that S3 keeps with an object and gives back as they came. */
export interface Facts {
  readonly contentType: string;
  /** Standard headers such as cache-control, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The caller's metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredVersion {
  readonly kind: 'object';
  /** `null`, as text, unless the bucket was versioned at the time. */
  readonly versionId: string;
  readonly segments: readonly Segment[];
  readonly bytes: number;
  readonly etag: string;
  readonly modified: string;
  readonly facts: Facts;
  readonly tags: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
}

export interface DeleteMarker {
  readonly kind: 'delete_marker';
  readonly versionId: string;
  readonly modified: string;
}

export type Version = StoredVersion | DeleteMarker;

export interface Part {
  readonly number: number;
  readonly segment: Segment;
  readonly etag: string;
  readonly modified: string;
  readonly checksum?: Checksum;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly started: string;
  readonly facts: Facts;
  readonly tags: Readonly<Record<string, string>>;
  readonly algorithm?: ChecksumAlgorithm;
  readonly parts: ReadonlyMap<number, Part>;
}

export const VERSIONING = ['Off', 'Enabled', 'Suspended'] as const;
export type Versioning = (typeof VERSIONING)[number];

/** One change of a bucket: a line of its journal. A change is applied whole or, when the line is torn, not at all. */
export type Change =
  | { readonly change: 'put'; readonly key: string; readonly version: Version; readonly uploadId?: string }
  | { readonly change: 'remove'; readonly key: string; readonly versionId: string }
  | { readonly change: 'begin'; readonly upload: Omit<Upload, 'parts'> }
  | { readonly change: 'part'; readonly uploadId: string; readonly part: Part }
  | { readonly change: 'abort'; readonly uploadId: string }
  | {
      readonly change: 'tag';
      readonly key: string;
      readonly versionId: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly change: 'versioning'; readonly to: Versioning };

/** Everything a bucket holds; the first version of a key is the current one. */
export interface BucketState {
  readonly versions: Map<string, readonly Version[]>;
  readonly uploads: Map<string, Upload>;
  versioning: Versioning;
}

export function emptyState(): BucketState {
  return { versions: new Map(), uploads: new Map(), versioning: 'Off' };
}

/** Applies one change and returns the blobs that belong to nothing any more. */
export function apply(state: BucketState, change: Change): readonly string[] {
  switch (change.change) {
    case 'put':
      return put(state, change);
    case 'remove':
      return remove(state, change.key, change.versionId);
    case 'begin':
      state.uploads.set(change.upload.id, { ...change.upload, parts: new Map() });
      return [];
    case 'part':
      return addPart(state, change.uploadId, change.part);
    case 'abort':
      return endUpload(state, change.uploadId, []);
    case 'tag':
      return retag(state, change);
    case 'versioning':
      state.versioning = change.to;
      return [];
  }
}

/** The shortest list of changes that leads to this state. */
export function changesTo(state: BucketState): Change[] {
  const versioning: Change[] = state.versioning === 'Off' ? [] : [{ change: 'versioning', to: state.versioning }];
  const versions = [...state.versions].flatMap(([key, list]) =>
    list.toReversed().map((version): Change => ({ change: 'put', key, version })),
  );
  const uploads = [...state.uploads.values()].flatMap(({ parts, ...upload }): Change[] => [
    { change: 'begin', upload },
    ...[...parts.values()].map((part): Change => ({ change: 'part', uploadId: upload.id, part })),
  ]);
  return [...versioning, ...versions, ...uploads];
}

export function blobsOf(state: BucketState): Set<string> {
  const versions = [...state.versions.values()].flat();
  const parts = [...state.uploads.values()].flatMap((upload) => [...upload.parts.values()]);
  return new Set([...versions.flatMap(versionBlobs), ...parts.map((part) => part.segment.blob)]);
}

function put(state: BucketState, change: Extract<Change, { change: 'put' }>): readonly string[] {
  const before = state.versions.get(change.key) ?? [];
  const replaced = before.filter((version) => version.versionId === change.version.versionId);
  const kept = before.filter((version) => version.versionId !== change.version.versionId);
  state.versions.set(change.key, [change.version, ...kept]);
  const live = versionBlobs(change.version);
  const unused = change.uploadId === undefined ? [] : endUpload(state, change.uploadId, live);
  return [...replaced.flatMap(versionBlobs), ...unused];
}

function remove(state: BucketState, key: string, versionId: string): readonly string[] {
  const before = state.versions.get(key) ?? [];
  const kept = before.filter((version) => version.versionId !== versionId);
  if (kept.length === 0) state.versions.delete(key);
  else state.versions.set(key, kept);
  return before.filter((version) => version.versionId === versionId).flatMap(versionBlobs);
}

function addPart(state: BucketState, uploadId: string, part: Part): readonly string[] {
  const upload = state.uploads.get(uploadId);
  if (upload === undefined) return [part.segment.blob];
  const replaced = upload.parts.get(part.number);
  state.uploads.set(uploadId, { ...upload, parts: new Map(upload.parts).set(part.number, part) });
  return replaced === undefined ? [] : [replaced.segment.blob];
}

function endUpload(state: BucketState, uploadId: string, kept: readonly string[]): readonly string[] {
  const upload = state.uploads.get(uploadId);
  const live = new Set(kept);
  state.uploads.delete(uploadId);
  return [...(upload?.parts.values() ?? [])].map((part) => part.segment.blob).filter((blob) => !live.has(blob));
}

function retag(state: BucketState, change: Extract<Change, { change: 'tag' }>): readonly string[] {
  const list = state.versions.get(change.key) ?? [];
  const same = (version: Version): boolean => version.kind === 'object' && version.versionId === change.versionId;
  state.versions.set(
    change.key,
    list.map((version) => (same(version) ? { ...version, tags: change.tags } : version)),
  );
  return [];
}

function versionBlobs(version: Version): readonly string[] {
  return version.kind === 'object' ? version.segments.map((segment) => segment.blob) : [];
}
