import {
  ConfigFailure,
  type ObjectStore,
  type StagedPart,
  type StageManifest,
  type TransferContext,
  bounded,
  requireStagedCounts,
} from '#framework';

import { type CopySource, copyStatement, countStaged, createStaging, dropTables } from '../sql/load/copy.ts';
import { MOST_STATEMENTS } from '../warehouse.ts';
import type { TargetPlace } from './target-state.ts';

export interface StageCopyTools extends TargetPlace {
  readonly iamRole: string;
  readonly parallelCopies: number;
  /** Where the staged files lie; COPY manifests are written beside them. */
  readonly stage: ObjectStore;
}

/** Copies every part into a staging table of its own and proves that all rows of the manifest came, each key once. */
export async function copyIntoStaging(
  tools: StageCopyTools,
  manifest: StageManifest,
  work: { readonly parts: readonly StagedPart[]; readonly context: TransferContext },
): Promise<void> {
  const { signal } = work.context;
  const { parallelCopies: atMost } = tools;
  await bounded(groups(work.parts, atMost), { atMost, signal }, (group, own) =>
    copyGroup(tools, manifest, { group, signal: own.signal }),
  );
}

export async function dropStaging(place: TargetPlace, tables: readonly string[], signal: AbortSignal): Promise<void> {
  if (tables.length > 0) await place.warehouse.run(dropTables(place.schema, tables), { signal });
}

/** Two statements a part and one that counts must fit into one batch. */
const MOST_PARTS = Math.floor((MOST_STATEMENTS - 1) / 2);
/** Larger groups would only make one COPY wait behind another. */
const GROUP_BYTES = 64 * 1024 * 1024;

/**
 * Small parts share a round trip; a large one travels alone. Inside a group one COPY follows the other, so that the parts are
 * spread over all groups that may run at once: 20 of them wait for 5 COPYs rather than for 19.
 */
function groups(parts: readonly StagedPart[], atOnce: number): readonly (readonly StagedPart[])[] {
  const rounds = Math.ceil(parts.length / (MOST_PARTS * atOnce));
  const most = Math.ceil(parts.length / (rounds * atOnce));
  const grouped: StagedPart[][] = [];
  let bytes = 0;
  for (const part of parts) {
    const group = grouped.at(-1);
    if (group === undefined || group.length === most || bytes + part.bytes > GROUP_BYTES) {
      grouped.push([part]);
      bytes = part.bytes;
    } else {
      group.push(part);
      bytes += part.bytes;
    }
  }
  return grouped;
}

async function copyGroup(
  tools: StageCopyTools,
  manifest: StageManifest,
  { group, signal }: { readonly group: readonly StagedPart[]; readonly signal: AbortSignal },
): Promise<void> {
  const { warehouse, schema } = tools;
  const sources = await Promise.all(group.map((part) => copySource(tools, manifest, { part, signal })));
  const copies = group.flatMap((part, index) => {
    const { url, kind } = sources[index] ?? { url: '', kind: 'object' };
    const copy = {
      schema,
      staging: part.staging,
      columns: part.columns,
      iamRole: tools.iamRole,
      format: manifest.format,
    };
    return [createStaging(copy), copyStatement({ ...copy, from: { kind, url } })];
  });
  const statements = [...copies, countStaged(schema, group)];
  const finished = await warehouse.run(statements, { signal });
  const counts = new Map<number, readonly number[]>();
  for await (const page of warehouse.pages(finished, statements.length - 1, { signal })) {
    for (const [index, ...numbers] of page) counts.set(Number(index), numbers.map(Number));
  }
  group.forEach((part, index) => {
    const [rows, keys] = counts.get(index) ?? [];
    requireStagedCounts(part, { rows, keys }, WORDS);
  });
}

const WORDS = {
  found: 'COPY brought',
  countCode: 'E_REDSHIFT_COPY_COUNT',
  keyCode: 'E_REDSHIFT_DUPLICATE_KEYS',
} as const;

/**
 * One file is named itself; several stand in a manifest with their sizes, so that a missing one fails the COPY. A key is
 * a prefix to COPY, but a stray longer key cannot hide: the rows are counted.
 */
async function copySource(
  tools: StageCopyTools,
  manifest: StageManifest,
  { part, signal }: { readonly part: StagedPart; readonly signal: AbortSignal },
): Promise<CopySource> {
  const [only, ...more] = part.files;
  if (only !== undefined && more.length === 0) return { kind: 'object', url: manifest.location + only.key };
  const root = tools.stage.url('');
  if (!manifest.location.startsWith(root)) {
    throw new ConfigFailure(
      'E_REDSHIFT_STAGE',
      `The stage manifest lies at ${manifest.location}, outside the stage store ${root}. Give the target the store of the stage.`,
    );
  }
  const key = `${manifest.location.slice(root.length)}_copy/${part.staging}.json`;
  const entries = part.files.map((file) => ({
    url: manifest.location + file.key,
    mandatory: true,
    meta: { content_length: file.bytes },
  }));
  await tools.stage.put(key, Buffer.from(JSON.stringify({ entries })), { signal, contentType: 'application/json' });
  return { kind: 'manifest', url: tools.stage.url(key) };
}
