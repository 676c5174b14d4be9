import { type NoInput, type Skipped, type Task, task, type TaskContext } from '#framework';

import type { Asset, AssetWork, Materialized } from '../asset.ts';
import type { AssetKey } from '../key.ts';
import { readMetadata } from '../metadata.ts';
import { type AssetRecorder, assets } from '../record/recorder.ts';
import { type AssetParams, runPartitions } from './run-partitions.ts';

/** What the task of an asset returns; facts are in the asset's history. */
export interface Made {
  readonly made: readonly string[];
  readonly partitions: readonly (string | null)[];
}

type AssetTask = Task<NoInput, Made, 'all_success', AssetParams>;

/** The task that makes the assets of one function, partition by partition. */
export function assetTask(taskId: string, work: AssetWork, members: readonly Asset[]): AssetTask {
  return task(taskId, {
    ...work.policy,
    run: async (context: TaskContext<NoInput, AssetParams>) => {
      // The function makes all of its assets, whichever of them was asked for.
      if (!members.some(({ key }) => isWanted(context.params, key))) return { made: [], partitions: [] };
      const recorder = context.extensions.get(assets);
      const partitions = runPartitions(members[0]?.partitions, context);
      for (const { key } of members) {
        for (const partition of partitions) recorder.note({ kind: 'began', asset: key, partition });
      }
      const made: (string | null)[] = [];
      let skipped: Skipped | undefined;
      for (const partition of partitions) {
        const result = await work.run({ ...context, partition });
        if ('until' in result) return result;
        if ('reason' in result) skipped = result;
        else {
          made.push(partition);
          for (const member of members) noteMade(recorder, member, { partition, ...result.get(member.key) });
        }
      }
      // Where only some partitions had nothing to make, the others count.
      return made.length === 0 && skipped ? skipped : { made: members.map(({ key }) => key), partitions: made };
    },
  });
}

function isWanted({ only }: AssetParams, key: AssetKey): boolean {
  return only === undefined || only.includes(key);
}

function noteMade(
  recorder: AssetRecorder,
  { key, codeVersion }: Asset,
  { partition, metadata = {}, dataVersion }: Materialized & { readonly partition: string | null },
): void {
  recorder.note({
    kind: 'materialization',
    asset: key,
    partition,
    metadata: readMetadata(`Asset "${key}"`, metadata),
    ...(dataVersion === undefined ? {} : { dataVersion }),
    ...(codeVersion === undefined ? {} : { codeVersion }),
  });
}
