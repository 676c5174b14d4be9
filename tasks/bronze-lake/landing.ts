import { DataFailure, type ItemWindow, type ObjectStore, type StoredObject, Temporal } from '#framework';
import { z } from 'zod';

/** Which directory of the landing area a window holds. */
export const Arrival = z.object({ directory: z.string().regex(/^[^/]+$/, 'expected the name of one directory') });

/** Written behind all other files of a directory: it is whole. */
const WHOLE = '_SUCCESS';

/** The directories of a landing area by name, each with whether it is whole. */
export async function landedDirectories(
  store: ObjectStore,
  landing: string,
  options: { readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, boolean>> {
  const directories = new Map<string, boolean>();
  for (const { key } of await store.list(`${landing}/`, options)) {
    const [name = '', ...path] = key.slice(landing.length + 1).split('/');
    if (path.length === 0) continue;
    directories.set(name, directories.get(name) === true || path.join('/') === WHOLE);
  }
  return directories;
}

/**
 * A directory is named for the moment up to which it has data: `20260120T133000Z`.
 * @throws DataFailure `E_DIRECTORY_NAME`
 */
export function directoryWindow(name: string): ItemWindow {
  try {
    return { end: Temporal.Instant.from(name) };
  } catch (cause) {
    throw new DataFailure(
      'E_DIRECTORY_NAME',
      `The directory "${name}" of the landing area is not named for a moment. Expected a name such as 20260120T133000Z; move it elsewhere.`,
      { cause },
    );
  }
}

export interface ArrivedFile {
  /** Where it lies in the landing area. */
  readonly key: string;
  /** Within its directory. */
  readonly path: string;
  readonly bytes: number;
}

export type Arrived =
  | { readonly kind: 'whole'; readonly files: readonly ArrivedFile[] }
  /** Still being written. */
  | { readonly kind: 'unfinished' };

/** The files of one directory; those whose name begins with `_` or `.` are marks of whoever wrote it. */
export function arrivedFiles(prefix: string, objects: readonly StoredObject[]): Arrived {
  if (!objects.some(({ key }) => key === `${prefix}${WHOLE}`)) return { kind: 'unfinished' };
  const files = objects.map(({ key, bytes }) => ({ key, path: key.slice(prefix.length), bytes }));
  return { kind: 'whole', files: files.filter(({ path }) => !path.split('/').some(isMark)) };
}

function isMark(segment: string): boolean {
  return segment === '' || segment.startsWith('_') || segment.startsWith('.');
}
