import { DataFailure, type TaskContext, windowOf, windowText } from '#framework';
import { z } from 'zod';

import { partitionKey, readPartition } from '../partition-key.ts';
import { type Partitions, namesOf, windowsOf } from '../partitions.ts';

/** What a run of an asset dag may be given. */
export const AssetParams = z.strictObject({
  /** Of assets with names: the one that is made. Absent: each of them. */
  partition: z.string().exactOptional(),
  /** The keys that are made; absent: all of the dag. */
  only: z.array(z.string()).exactOptional(),
  /** Further keys, of which only the checks are done. */
  check: z.array(z.string()).exactOptional(),
});
export type AssetParams = z.infer<typeof AssetParams>;

type Running = Pick<TaskContext<unknown, AssetParams>, 'window' | 'dagId' | 'taskId' | 'params'>;

/**
 * The partitions that a run makes of an asset, by key: that of its window, with the name that it was given or with each name.
 * Null stands for an asset that is one whole.
 * @throws DefinitionFailure `E_RUN_WITHOUT_WINDOW`, DataFailure `E_PARTITION_UNKNOWN`
 */
export function runPartitions(partitions: Partitions | undefined, running: Running): readonly (string | null)[] {
  if (partitions === undefined) return [null];
  const window = windowsOf(partitions) === undefined ? undefined : windowOf(running);
  const all = namesOf(partitions)?.names;
  const names = all === undefined || running.params.partition === undefined ? all : [running.params.partition];
  const keys = (names ?? [undefined]).map((name) =>
    partitionKey(partitions, { ...(window && { window }), ...(name === undefined ? {} : { name }) }),
  );
  for (const key of keys) {
    const found = readPartition(partitions, key).window;
    if (window === undefined || found?.end.equals(window.end) === true) continue;
    throw new DataFailure(
      'E_PARTITION_UNKNOWN',
      `The window ${windowText(window)} of this run is no partition: the one that begins there is ${found === undefined ? 'none' : windowText(found)}.`,
    );
  }
  return keys;
}
